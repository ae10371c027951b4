// Rows of training data at which the pseudo-inputs of a prior start.
import { type DataSet, widthOfDatum } from '@flowvae/datasets';
import { drawPermutation, fold, key } from '@flowvae/random';
import type { Plan } from '../../config/plan.ts';
import { fixedRows } from '../run-data.ts';

/**
 * As many training rows as the prior has pseudo-inputs, drawn by the seed without replacement; all of them if there are
 * fewer. A missing value is the mean of its column.
 */
export function exampleRows(set: DataSet, plan: Plan, mean: Float32Array): Float32Array {
  const pixels = widthOfDatum(plan.data);
  const { train } = set.splits;
  const order = drawPermutation(fold(key(plan.config.seed), 'pseudo-inputs'), train.length).subarray(
    0,
    plan.exampleRows,
  );
  const points = fixedRows(set, order.map((place) => train[place]!).toSorted(), plan);
  const rows = new Float32Array(points.count * pixels);
  for (let i = 0; i < points.count; i++) {
    const row = points.row(i);
    for (let p = 0; p < pixels; p++) {
      const isMissing = plan.data.hasMissing && row[pixels + p] === 0;
      rows[i * pixels + p] = isMissing ? mean[p]! : row[p]!;
    }
  }
  return rows;
}
