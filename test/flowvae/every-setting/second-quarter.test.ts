// Every two settings that `train` takes together, in runs of two steps: the second quarter of the rows.
import '../../processes/small-pages.ts';
import { testRows } from './rows.ts';

testRows(1);
