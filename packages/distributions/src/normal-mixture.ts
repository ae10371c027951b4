// Mixtures of normal distributions with independent components.
import { checkShape, ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from './detach.ts';
import type { Samplable, Scorable } from './distribution.ts';

/** Parameters of a mixture of K normals in D dimensions; the weights are softmax(logits). */
export interface NormalMixtureParams {
  /** [1, K] */
  readonly logits: Tensor2D;
  /** [K, D] */
  readonly mean: Tensor2D;
  /** [K, D] */
  readonly logStd: Tensor2D;
}

/**
 * Mixture of diagonal normals: p(z) = Σ_k π_k·N(z; μ_k, diag σ_k²), π = softmax(logits).
 *
 * A draw takes D + 2 normals: the last two, n and m, choose the component, for exp(−(n² + m²)/2) is uniform on (0, 1].
 * The choice has no gradient, so the weights learn through `logProb` only; means and deviations learn through draws as
 * well. Shapes: noise [B, D + 2], z [B, D] → logProb [B]. Units: nats.
 * @throws ShapeError if noise or z has another width; ExpectationError where the parameters do not fit together
 */
export function normalMixture(params: NormalMixtureParams): Samplable & Scorable {
  const { logits, mean, logStd } = params;
  const [components, dim] = mean.shape;
  checkShape('normalMixture: logits', logits, [1, components]);
  checkShape('normalMixture: logStd', logStd, [components, dim]);
  if (components === 0) {
    throw new ExpectationError({ where: 'normalMixture: mean', expected: 'at least one component', received: 'none' });
  }
  return {
    noise: { kind: 'normal', width: dim + 2 },
    sampleAndLogProb(noise) {
      checkShape('normalMixture.sampleAndLogProb: noise', noise, ['batch', dim + 2]);
      const [epsilon, chooser] = tf.split(noise, [dim, 2], 1) as [Tensor2D, Tensor2D];
      const chosen = choose(chooser, logits) as Tensor2D; // [B, K]
      const z: Tensor2D = tf.add(tf.matMul(chosen, mean), tf.mul(tf.exp(tf.matMul(chosen, logStd)), epsilon));
      const logProb = mixtureLogProb(params, z);
      return { z, logProb, terms: { logBase: logProb } };
    },
    logProb(z) {
      checkShape('normalMixture.logProb: z', z, ['batch', dim]);
      return mixtureLogProb(params, z);
    },
    detached() {
      return normalMixture({ logits: detach(logits), mean: detach(mean), logStd: detach(logStd) }) as typeof this;
    },
  };
}

/** log Σ_k exp(log π_k + log N_k(z)). */
function mixtureLogProb({ logits, mean, logStd }: NormalMixtureParams, z: Tensor2D): Tensor1D {
  const epsilon = tf.mul(tf.sub(tf.expandDims(z, 1), tf.expandDims(mean, 0)), tf.exp(tf.neg(logStd))); // [B, K, D]
  const constant = 0.5 * Math.log(2 * Math.PI) * z.shape[1];
  const logNormals = tf.sub(tf.mul(tf.sum(tf.square(epsilon), 2), -0.5), tf.add(tf.sum(logStd, 1), constant)); // [B, K]
  return tf.logSumExp(tf.add(logNormals, tf.logSoftmax(logits)), 1);
}

/** {@link componentOf} as a constant: tfjs refuses gradients through comparisons. */
const choose = tf.customGrad((...args) => {
  const [chooser, logits] = args as [Tensor2D, Tensor2D];
  return {
    value: componentOf(chooser, logits),
    gradFunc: () => [tf.zerosLike(chooser), tf.zerosLike(logits)],
  };
});

/** The component of each row as one-hot [B, K]: the first whose cumulative weight exceeds the uniform number. */
function componentOf(chooser: Tensor2D, logits: Tensor2D): Tensor2D {
  const components = logits.shape[1];
  const uniform = tf.exp(tf.mul(tf.sum(tf.square(chooser), 1, true), -0.5)); // [B, 1]
  const square = (element: (i: number, j: number) => number) =>
    tf.tensor2d(
      Array.from({ length: components }, (_, i) => Array.from({ length: components }, (__, j) => element(i, j))),
    );
  const upTo = square((i, j) => Number(i <= j));
  const cumulative = tf.matMul(tf.softmax(logits), upTo); // [1, K]
  const last = tf.tensor2d([Array.from({ length: components }, (_, k) => Number(k === components - 1))]);
  // rounding must not leave a row without
  const below = tf.cast(tf.lessEqual(uniform, tf.add(cumulative, last)), 'float32');
  return tf.matMul(
    below as Tensor2D,
    square((i, j) => Number(i === j) - Number(j === i + 1)),
  );
}
