// Before the tests of a process: evaluations take over the threads of earlier ones. To start threads took a quarter of
// the time of short runs.
import { keepThreads } from '@flowvae/compiler';

await keepThreads(2);
