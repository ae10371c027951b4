// Imported early. The graphs that tracing makes die at once: with V8's usual sizes they stay in memory several times
// over, 60 MiB more at the peak of a training. A step takes as long; the first one comes a tenth of a second later.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--optimize-for-size');
