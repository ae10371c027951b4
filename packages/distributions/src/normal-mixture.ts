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
 * well. Above 64 components squared distances are one matrix product. Shapes: noise [B, D + 2], z [B, D] → logProb [B].
 * Units: nats.
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
function mixtureLogProb(params: NormalMixtureParams, z: Tensor2D): Tensor1D {
  const { logits, mean, logStd } = params;
  const distances = mean.shape[0] > MOST_BY_DIFFERENCES ? distancesByProduct : distancesByDifferences;
  const constant = 0.5 * Math.log(2 * Math.PI) * z.shape[1];
  const logNormals = tf.sub(tf.mul(distances(params, z), -0.5), tf.add(tf.sum(logStd, 1), constant)); // [B, K]
  return tf.logSumExp(tf.add(logNormals, tf.logSoftmax(logits)), 1);
}

/** With more components, differences [B, K, D] would cost more than the networks of a model. */
const MOST_BY_DIFFERENCES = 64;

/** ‖(z − μ_k)/σ_k‖², [B, K], from differences [B, K, D]: exact to rounding. */
function distancesByDifferences({ mean, logStd }: NormalMixtureParams, z: Tensor2D): Tensor2D {
  const epsilon = tf.mul(tf.sub(tf.expandDims(z, 1), tf.expandDims(mean, 0)), tf.exp(tf.neg(logStd)));
  return tf.sum(tf.square(epsilon), 2);
}

/**
 * The same from one product, [z², z]·[σ⁻², −2μσ⁻²]ᵀ + Σ μ²σ⁻²: the largest array is [B, K]. The terms cancel, so its
 * error is that of float32 in Σ (|z| + |μ|)²/σ²: 1e-4 nats where means are ten deviations from 0 in 40 dimensions.
 */
function distancesByProduct({ mean, logStd }: NormalMixtureParams, z: Tensor2D): Tensor2D {
  const precision: Tensor2D = tf.exp(tf.mul(logStd, -2)); // [K, D]
  const weighted: Tensor2D = tf.mul(mean, precision);
  const ofZ = tf.concat([tf.square(z), z], 1); // [B, 2D]
  const ofComponents = tf.concat([precision, tf.mul(weighted, -2)], 1); // [K, 2D]
  return tf.add(tf.matMul(ofZ, ofComponents, false, true), tf.sum(tf.mul(mean, weighted), 1));
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
  if (components === 1) return tf.ones([chooser.shape[0], 1]);
  const uniform = tf.exp(tf.mul(tf.sum(tf.square(chooser), 1, true), -0.5)); // [B, 1]
  const cumulative = tf.cumsum(tf.softmax(logits), 1); // [1, K]
  const last = tf.concat([tf.zeros([1, components - 1]), tf.ones([1, 1])], 1);
  // rounding must not leave a row without
  const upTo: Tensor2D = tf.cast(tf.lessEqual(uniform, tf.add(cumulative, last)), 'float32'); // 0 … 0 1 … 1
  const before = tf.concat([tf.zerosLike(uniform), tf.slice(upTo, [0, 0], [-1, components - 1])], 1) as Tensor2D;
  return tf.sub(upTo, before);
}
