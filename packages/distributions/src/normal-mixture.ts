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

/** Options of {@link normalMixture}. */
export interface NormalMixtureOptions {
  /**
   * Squared distances of more than 64 components: one matrix product, which is fast and loses digits where deviations
   * are small beside the distances of means; or differences, 64 components at a time. Default `'product'`.
   */
  readonly distances?: 'product' | 'differences';
}

/**
 * Mixture of diagonal normals: p(z) = Σ_k π_k·N(z; μ_k, diag σ_k²), π = softmax(logits).
 *
 * A draw takes D + 2 normals: the last two, n and m, choose the component, for exp(−(n² + m²)/2) is uniform on (0, 1].
 * The choice has no gradient, so the weights learn through `logProb` only; means and deviations learn through draws as
 * well. Shapes: noise [B, D + 2], z [B, D] → logProb [B]. Units: nats.
 * @throws ShapeError if noise or z has another width; ExpectationError where the parameters do not fit together
 */
export function normalMixture(params: NormalMixtureParams, options: NormalMixtureOptions = {}): Samplable & Scorable {
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
      const logProb = mixtureLogProb(params, z, options);
      return { z, logProb, terms: { logBase: logProb } };
    },
    logProb(z) {
      checkShape('normalMixture.logProb: z', z, ['batch', dim]);
      return mixtureLogProb(params, z, options);
    },
    detached() {
      const constant = { logits: detach(logits), mean: detach(mean), logStd: detach(logStd) };
      return normalMixture(constant, options) as typeof this;
    },
  };
}

/** log Σ_k exp(log π_k + log N_k(z)). */
function mixtureLogProb(
  params: NormalMixtureParams,
  z: Tensor2D,
  { distances: chosen = 'product' }: NormalMixtureOptions,
): Tensor1D {
  const { logits, mean, logStd } = params;
  const isMany = mean.shape[0] > MOST_BY_DIFFERENCES;
  const distances = isMany && chosen === 'product' ? distancesByProduct : distancesByDifferences;
  const constant = 0.5 * Math.log(2 * Math.PI) * z.shape[1];
  const logNormals = tf.sub(tf.mul(distances(params, z), -0.5), tf.add(tf.sum(logStd, 1), constant)); // [B, K]
  return tf.logSumExp(tf.add(logNormals, tf.logSoftmax(logits)), 1);
}

/** With more components at once, differences [B, K, D] would cost more than the networks of a model. */
const MOST_BY_DIFFERENCES = 64;

/** ‖(z − μ_k)/σ_k‖², [B, K], from differences of some components at a time: exact to rounding. */
function distancesByDifferences({ mean, logStd }: NormalMixtureParams, z: Tensor2D): Tensor2D {
  const components = mean.shape[0];
  const sizes = Array.from({ length: Math.ceil(components / MOST_BY_DIFFERENCES) }, (_, piece) =>
    Math.min(MOST_BY_DIFFERENCES, components - piece * MOST_BY_DIFFERENCES),
  );
  const points = tf.expandDims(z, 1);
  const distances = (means: Tensor2D, logStds: Tensor2D): Tensor2D =>
    tf.sum(tf.square(tf.mul(tf.sub(points, tf.expandDims(means, 0)), tf.exp(tf.neg(logStds)))), 2);
  if (sizes.length === 1) return distances(mean, logStd);
  const [means, logStds] = [mean, logStd].map((each) => tf.split(each, sizes, 0) as Tensor2D[]);
  return tf.concat(
    means!.map((each, piece) => distances(each, logStds![piece]!)),
    1,
  );
}

/**
 * The same from one product, [z², z]·[σ⁻², −2μσ⁻²]ᵀ + Σ μ²σ⁻²: the largest array is [B, K]. The terms cancel, so its
 * error is that of float32 in Σ (|z| + |μ|)²/σ²: for means about 2 from 0 in 40 dimensions 1e-4 nats at deviations of
 * 0.3, 1e-3 at 0.1, and 0.07 at 0.01.
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
