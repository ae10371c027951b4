// Rows of tables: columns of different kinds, each with its own distribution.
import { checkShape, ExpectationError, type Tensor2D, tf } from '@flowvae/tensor';
import type { Observation } from '../distribution.ts';
import { bernoulli } from './bernoulli.ts';
import type { ColumnLayout, ColumnRun } from './column-layout.ts';
import { columnRuns } from './column-layout.ts';
import { gaussian } from './gaussian.ts';
import { type JointPart, joint } from './joint.ts';
import { oneHot } from './one-hot.ts';

/** Parameters of {@link columns}. */
export interface ColumnsParams {
  /** Means of numbers, logits of bits, logits of a category's classes, [B, P]. */
  readonly outputs: Tensor2D;
  /** For each number in the order of the columns, [1, numbers]; taken within ±7. Absent without numbers. */
  readonly logStd?: Tensor2D | undefined;
}

/**
 * Independent columns of a table: log p(x) = Σ log p(x_c) over columns c.
 *
 * - a number: `gaussian` with a scale of its own
 * - a bit: `bernoulli`
 * - a category of K classes, as K one-hot columns: `oneHot`; in `logProbOfEach` its log-probability stands in its first
 *   column, 0 in the others
 *
 * Neighbours of one kind are computed together. A draw takes a normal number for each number, and two for each bit and
 * category: exp(−½(a² + b²)) is uniform. Shapes: outputs [B, P]; logStd [1, numbers]; x [B or 1, P] → [B]; noise [B,
 * numbers + 2·(bits + categories)], normal. Units: nats.
 * @throws ExpectationError if the layout does not cover P columns; ShapeError if logStd, x or noise has another shape
 */
export function columns({ outputs, logStd }: ColumnsParams, layout: ColumnLayout): Observation {
  const [rows, width] = outputs.shape;
  const runs = columnRuns(layout, width);
  const numbers = runs.reduce((sum, { kind, width: count }) => sum + (kind === 'number' ? count : 0), 0);
  if (numbers > 0) checkLogStd(logStd, numbers);
  return joint(partsOf(runs, { outputs, logStd }), { rows, name: 'columns' });
}

function partsOf(runs: readonly ColumnRun[], { outputs, logStd }: ColumnsParams): readonly JointPart[] {
  let numberAt = 0;
  return runs.map(({ kind, at, width }) => {
    const logits: Tensor2D = tf.slice(outputs, [0, at], [-1, width]);
    if (kind !== 'number') return { p: kind === 'bit' ? bernoulli({ logits }) : oneHot({ logits }), width };
    const p = gaussian({ mean: logits, logStd: tf.slice(logStd!, [0, numberAt], [1, width]) });
    numberAt += width;
    return { p, width };
  });
}

function checkLogStd(logStd: Tensor2D | undefined, numbers: number): void {
  if (logStd) {
    checkShape('columns: logStd', logStd, [1, numbers]);
    return;
  }
  throw new ExpectationError({
    where: 'columns: logStd',
    expected: `[1, ${numbers}], one for each number of the layout`,
    received: 'none',
  });
}
