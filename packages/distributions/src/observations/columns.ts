// Rows of tables: columns of different kinds, each with its own distribution.
import { checkShape, ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Draw, Observation } from '../distribution.ts';
import { bernoulli } from './bernoulli.ts';
import type { ColumnLayout, ColumnRun } from './column-layout.ts';
import { columnRuns } from './column-layout.ts';
import { gaussian } from './gaussian.ts';
import { observation } from './observation.ts';
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
  const parts = partsOf(runs, { outputs, logStd });
  const joined = (ofPart: (part: Part) => Tensor2D): Tensor2D =>
    parts.length === 1 ? ofPart(parts[0]!) : tf.concat(parts.map(ofPart), 1);
  const inPart = (x: Tensor2D, { at, width: count }: Part): Tensor2D => tf.slice(x, [0, at], [-1, count]);
  const draws = (noise: Tensor2D) => parts.map(({ p, noiseAt }) => drawOf(p, noise, noiseAt));
  return observation({
    name: 'columns',
    rows,
    width,
    noise: { kind: 'normal', width: parts.reduce((sum, { p }) => sum + normalsOf(p), 0) },
    logProb: (x) =>
      parts.map((part): Tensor1D => part.p.logProb(inPart(x, part))).reduce((sum, term): Tensor1D => tf.add(sum, term)),
    logProbOfEach: (x) => joined((part) => part.p.logProbOfEach(inPart(x, part))),
    draw: (noise) =>
      tf.concat(
        draws(noise).map(({ z }) => z),
        1,
      ),
    mean: () => joined(({ p }) => p.mean()),
    detached: () => columns({ outputs: detach(outputs), logStd: logStd && detach(logStd) }, layout),
  });
}

/** The distribution of a run, and the places of its columns and of its noise. */
interface Part extends ColumnRun {
  readonly p: Observation;
  readonly noiseAt: number;
}

function partsOf(runs: readonly ColumnRun[], { outputs, logStd }: ColumnsParams): readonly Part[] {
  let [numberAt, noiseAt] = [0, 0];
  return runs.map((run) => {
    const { kind, at, width } = run;
    const logits: Tensor2D = tf.slice(outputs, [0, at], [-1, width]);
    let p: Observation;
    if (kind === 'number') {
      p = gaussian({ mean: logits, logStd: tf.slice(logStd!, [0, numberAt], [1, width]) });
      numberAt += width;
    } else p = kind === 'bit' ? bernoulli({ logits }) : oneHot({ logits });
    const part = { ...run, p, noiseAt };
    noiseAt += normalsOf(p);
    return part;
  });
}

/** Normal numbers for a draw: a uniform number takes two. */
const normalsOf = ({ noise: { kind, width } }: Observation): number => (kind === 'normal' ? width : 2 * width);

function drawOf(p: Observation, noise: Tensor2D, at: number): Draw {
  const own: Tensor2D = tf.slice(noise, [0, at], [-1, normalsOf(p)]);
  return p.sampleAndLogProb(p.noise.kind === 'normal' ? own : uniformOf(own));
}

/** Two halves of normal numbers [B, 2n] → uniform numbers [B, n] on (0, 1]. */
function uniformOf(normal: Tensor2D): Tensor2D {
  const [a, b] = tf.split(normal, 2, 1) as [Tensor2D, Tensor2D];
  return tf.exp(tf.mul(tf.add(tf.square(a), tf.square(b)), -0.5));
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
