// Normal distributions with independent components.
import { checkShape, rowsFor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from './detach.ts';
import type { Draw, Samplable, Scorable } from './distribution.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Mean and log standard deviation, each [B, D], or [1, D] where the batch shares them, or [B/S, D] where row i is that
 * of the i-th group of S draws.
 */
export interface DiagonalNormalParams {
  readonly mean: Tensor2D;
  readonly logStd: Tensor2D;
}

/** A normal distribution with independent components, whose KL divergence to the standard normal is known. */
export interface DiagonalNormal extends Samplable, Scorable {
  /** KL(q‖N(0, I)), [B or 1], nats. */
  klToStandard(): Tensor1D;
  /** The same in each dimension, [B or 1, D]. */
  klPerDimension(): Tensor2D;
  /** −E log q in each dimension, [B or 1, D], nats. */
  entropyPerDimension(): Tensor2D;
  /** E z, [B or 1, D]. */
  readonly mean: Tensor2D;
  /** log σ, [B or 1, D]. */
  readonly logStd: Tensor2D;
}

/** The standard normal, as a type of its own: divergences to it are known. */
export interface StandardNormal extends Samplable, Scorable {
  readonly isStandardNormal: true;
}

/**
 * Diagonal normal: z = μ + σ·ε, log q(z) = −Σ (½ε² + log σ + ½ log 2π), ε = (z − μ)/σ.
 *
 * Shapes: noise and z [B, D]; mean, logStd [B|1, D], or [B/S, D]. Units: nats.
 * @throws ShapeError if noise or z has another width than the parameters; ExpectationError where rows do not form equal
 * groups
 * @see Kingma & Welling 2014, arXiv:1312.6114, appendices B and C
 */
export function diagonalNormal({ mean, logStd }: DiagonalNormalParams): DiagonalNormal {
  const dim = mean.shape[1];
  const fit = (where: string, param: Tensor2D, { shape }: Tensor2D) =>
    rowsFor(`diagonalNormal.${where}`, param, shape[0]);
  const klPerDimension = (): Tensor2D => {
    // ½ (σ² + μ² − 1 − 2 log σ); σ² − 1 − 2 log σ loses digits only where the KL itself is negligible
    const variance = tf.exp(tf.mul(logStd, 2));
    return tf.mul(tf.sub(tf.add(variance, tf.square(mean)), tf.add(tf.mul(logStd, 2), 1)), 0.5);
  };
  return {
    noise: { kind: 'normal', width: dim },
    sampleAndLogProb(noise): Draw {
      checkShape('diagonalNormal.sampleAndLogProb: noise', noise, ['batch', dim]);
      const [mu, logSigma] = [mean, logStd].map((param) => fit('sampleAndLogProb', param, noise)) as [
        Tensor2D,
        Tensor2D,
      ];
      const z: Tensor2D = tf.add(mu, tf.mul(tf.exp(logSigma), noise));
      const logProb = standardLogProb(noise, tf.sum(logSigma, 1));
      return { z, logProb, terms: { logBase: logProb } };
    },
    logProb(z) {
      checkShape('diagonalNormal.logProb: z', z, ['batch', dim]);
      const [mu, logSigma] = [mean, logStd].map((param) => fit('logProb', param, z)) as [Tensor2D, Tensor2D];
      return standardLogProb(tf.mul(tf.sub(z, mu), tf.exp(tf.neg(logSigma))), tf.sum(logSigma, 1));
    },
    klToStandard: () => tf.sum(klPerDimension(), 1),
    klPerDimension,
    entropyPerDimension: () => tf.add(logStd, HALF_LOG_TWO_PI + 0.5),
    mean,
    logStd,
    detached() {
      return diagonalNormal({ mean: detach(mean), logStd: detach(logStd) }) as typeof this;
    },
  };
}

/**
 * Standard normal of a dimension: log p(z) = −½ Σ (z² + log 2π).
 *
 * Shapes: noise and z [B, D]. Units: nats.
 * @throws ShapeError if noise or z has another width
 */
export function standardNormal(dim: number): StandardNormal {
  const logProb = (z: Tensor2D) => {
    checkShape('standardNormal.logProb: z', z, ['batch', dim]);
    return standardLogProb(z);
  };
  return {
    isStandardNormal: true,
    noise: { kind: 'normal', width: dim },
    sampleAndLogProb(noise) {
      const density = logProb(noise);
      return { z: noise, logProb: density, terms: { logBase: density } };
    },
    logProb,
    detached() {
      return this;
    },
  };
}

/** −½ Σ (ε² + log 2π) − Σ log σ, with the second sum given. */
function standardLogProb(noise: Tensor2D, sumLogStd?: Tensor1D): Tensor1D {
  const quadratic: Tensor1D = tf.mul(tf.sum(tf.square(noise), 1), -0.5);
  const normalised: Tensor1D = tf.sub(quadratic, HALF_LOG_TWO_PI * noise.shape[1]);
  return sumLogStd ? tf.sub(normalised, sumLogStd) : normalised;
}
