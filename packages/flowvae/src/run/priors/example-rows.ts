// Rows of training data at which a model starts, such as the pseudo-inputs of a prior.
import { type DataSet, widthOfDatum } from '@flowvae/datasets';
import { drawPermutation, fold, key } from '@flowvae/random';
import type { Plan } from '../../config/plan.ts';
import { fixedRows } from '../run-data.ts';

/** The wanted rows. */
interface WantedRows {
  /** At most so many. */
  readonly count: number;
  /** Rows of another purpose are others. */
  readonly purpose: string;
  /** Takes the place of a missing value. */
  readonly mean: Float32Array;
}

/** Training rows [n, P], drawn by the seed without replacement; all of them if there are fewer. */
export function exampleRows(set: DataSet, plan: Plan, { count, purpose, mean }: WantedRows): Float32Array {
  const pixels = widthOfDatum(plan.data);
  const { train } = set.splits;
  const order = drawPermutation(fold(key(plan.config.seed), purpose), train.length).subarray(0, count);
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
