// The uniform distribution on a box.
import { checkShape, ExpectationError, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Samplable, Scorable } from './distribution.ts';

/** A box in D dimensions: low_d ≤ z_d ≤ high_d. */
export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * A distribution with density 0 outside a box. Pushed forward by a flow that does not map the box onto itself, it can
 * be drawn from but not scored.
 */
export interface BoxDistribution extends Samplable, Scorable {
  readonly box: Box;
}

/** Rounding may carry a point this share of a side out of the box. */
const ROUNDING = 1e-6;

/**
 * Uniform on a box: log p(z) = −Σ log(high − low) inside, −∞ outside.
 *
 * Shapes: noise (uniform on [0, 1)) and z [B, D] → logProb [B]. Units: nats.
 * @throws ShapeError if noise or z has another width; ExpectationError for a box without volume
 */
export function uniformBox(low: readonly number[], high: readonly number[]): BoxDistribution {
  checkBox(low, high);
  const dim = low.length;
  const sides = low.map((from, d) => high[d]! - from);
  const density = -sides.reduce((sum, side) => sum + Math.log(side), 0);
  const row = (values: readonly number[]) => tf.tensor2d([[...values]]);
  const score = tf.customGrad((...args) => {
    const [z, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
    save([z]);
    const from = row(low.map((value, d) => value - ROUNDING * sides[d]!));
    const to = row(high.map((value, d) => value + ROUNDING * sides[d]!));
    const isInside = tf.all(tf.logicalAnd(tf.greaterEqual(z, from), tf.lessEqual(z, to)), 1);
    const [batch] = z.shape;
    const value = tf.where(isInside, tf.fill([batch], density), tf.fill([batch], Number.NEGATIVE_INFINITY));
    // constant wherever it is finite; comparisons have no gradient in tfjs
    return { value, gradFunc: (_, saved: Tensor[]) => tf.zerosLike(saved[0]!) };
  });
  return {
    box: { low, high },
    noise: { kind: 'uniform', width: dim },
    sampleAndLogProb(noise) {
      checkShape('uniformBox.sampleAndLogProb: noise', noise, ['batch', dim]);
      const z: Tensor2D = tf.add(row(low), tf.mul(noise, row(sides)));
      const logDensity: Tensor1D = tf.fill([noise.shape[0]], density);
      return { z, logProb: logDensity, terms: { logBase: logDensity } };
    },
    logProb(z) {
      checkShape('uniformBox.logProb: z', z, ['batch', dim]);
      return score(z) as Tensor1D;
    },
    detached() {
      return this;
    },
  };
}

function checkBox(low: readonly number[], high: readonly number[]): void {
  const fits = low.length > 0 && low.length === high.length && low.every((from, d) => from < high[d]!);
  if (fits) return;
  throw new ExpectationError({
    where: 'uniformBox',
    expected: 'as many lower as upper ends, each lower end below its upper one',
    received: `[${low.join(', ')}] and [${high.join(', ')}]`,
  });
}
