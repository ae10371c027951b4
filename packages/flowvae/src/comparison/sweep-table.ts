// The table of a sweep's results.
import { type CompareOptions, compareRuns } from './compare-runs.ts';
import { formatComparison } from './formats/formats.ts';

/** A sweep's table for the terminal and for table.md. */
export interface SweepTable {
  readonly text: string;
  readonly markdown: string;
}

/** The results of a sweep's finished runs. @throws ExpectationError where there are none yet */
export function sweepTable(folder: string, options: CompareOptions = {}): SweepTable {
  const comparison = compareRuns([folder], options);
  return { text: formatComparison(comparison, 'text'), markdown: formatComparison(comparison, 'markdown') };
}
