// Every two settings that `train` takes together, in runs of two steps: the second half of the rows.
import '../../processes/small-pages.ts';
import { testRows } from './rows.ts';

testRows(1);
