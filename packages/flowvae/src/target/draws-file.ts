// Draws of a guide as CSV: a column for each of the target's, log q and the log-weight.
import type { GuideDraws } from '@flowvae/inference';
import { csvLine, shortest } from '../files/csv-rows.ts';
import { writeLines } from '../files/row-sink.ts';

/** The column of the log-weights. */
export const WEIGHT = 'log_weight';

/** Writes draws, complete or not at all; the last columns are `log_q` and `log_weight`, nats. */
export async function writeDraws(path: string, { columns, values, logProb, logWeight }: GuideDraws): Promise<void> {
  const width = columns.length;
  await writeLines(path, async (append) => {
    append(csvLine([...columns, 'log_q', WEIGHT]));
    logProb.forEach((logQ, i) => {
      const row = values.subarray(i * width, (i + 1) * width);
      append(csvLine([...row, logQ, logWeight[i]!].map(shortest)));
    });
  });
}
