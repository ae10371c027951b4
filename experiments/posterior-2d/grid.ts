// The true posterior of a model with two latents, by summing prior times likelihood on a grid.
import { asMlpVae, bernoulli, dataPoints, type Experiment, type Tensor2D, tabulate, tf } from 'flowvae';
import { REACH } from './config.ts';

/** Middles of cells² cells of side 2·half/cells around a point, [cells², 2]; the first coordinate changes fastest. */
export function middles(cells: number, half: number, [a, b]: readonly [number, number] = [0, 0]): Float32Array {
  const at = (i: number) => half * ((2 * i + 1) / cells - 1);
  return Float32Array.from({ length: 2 * cells * cells }, (_, i) => {
    const cell = i >> 1;
    return i % 2 ? b + at(Math.floor(cell / cells)) : a + at(cell % cells);
  });
}

/** The grid's result for one image. */
export interface GridPosterior {
  /** log ∫ p(x|z) p(z) dz, nats. */
  readonly logEvidence: number;
  /** E[z|x] */
  readonly mean: readonly [number, number];
}

/**
 * Sums over the grid for the first `count` images at once: log p(x|z) of bits is linear in x, so one pass of the
 * decoder serves all.
 */
export async function gridPosteriors(
  { model, test }: Experiment,
  count: number,
  cells: number,
): Promise<GridPosterior[]> {
  const { decode, variables, prior } = asMlpVae(model);
  const images = new Float32Array(count * test.width);
  for (let i = 0; i < count; i++) images.set(test.row(i), i * test.width);
  const points = middles(cells, REACH);
  const { logJoint } = await tabulate(
    (z) => {
      const logits = decode(z);
      const atZero = bernoulli({ logits }).logProb(tf.zeros([1, test.width]) as Tensor2D);
      const linear = tf.matMul(logits, tf.tensor2d(images, [count, test.width]), false, true);
      return { logJoint: tf.add(linear, tf.expandDims(tf.add(atZero, prior.logProb(z)), 1)) };
    },
    dataPoints(points, 2),
    { variables, threads: 1, chunk: 2000 },
  );
  const logArea = 2 * Math.log((2 * REACH) / cells);
  return Array.from({ length: count }, (_, i) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < cells * cells; c++) most = Math.max(most, logJoint![c * count + i]!);
    const sums = [0, 0, 0] as [number, number, number];
    for (let c = 0; c < cells * cells; c++) {
      const weight = Math.exp(logJoint![c * count + i]! - most);
      sums[0] += weight;
      sums[1] += weight * points[2 * c]!;
      sums[2] += weight * points[2 * c + 1]!;
    }
    return { logEvidence: most + Math.log(sums[0]) + logArea, mean: [sums[1] / sums[0], sums[2] / sums[0]] };
  });
}
