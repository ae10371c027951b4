// Terms that distributions of counts share: those of x alone, and the excess of a mean over x.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { binetTerm, HALF_LOG_TWO_PI } from '../../special/stirling.ts';

/** log means are taken within ±20: means from 2e-9 to 4.9e8. */
export const LOG_MEAN_RANGE = 20;

/** Terms of whole numbers x ≥ 0. */
export interface CountTerms {
  readonly x: Tensor2D;
  /** 1 where x is 0, else 0. */
  readonly isZero: Tensor2D;
  /** log x; 0 where x is 0. */
  readonly logX: Tensor2D;
}

export function countTerms(x: Tensor2D): CountTerms {
  return { x, isZero: tf.sub(1, tf.clipByValue(x, 0, 1)), logX: tf.log(tf.maximum(x, 1)) };
}

/** log x! − x·log x + x: 0 for x = 0, about ½ log(2πx) for large x. */
export function logFactorialRemainder({ x, isZero, logX }: CountTerms): Tensor2D {
  const ofPositive = tf.add(tf.add(tf.mul(logX, 0.5), HALF_LOG_TWO_PI), binetTerm(tf.maximum(x, 1)));
  return tf.mul(tf.sub(1, isZero), ofPositive);
}

/** A mean beside its count. */
export interface Excess {
  /** log μ − log x, [B, P]; log μ where x is 0. */
  readonly logRatio: Tensor2D;
  /** μ − x, which keeps its digits where μ is near a large x. */
  readonly excess: Tensor2D;
}

export function excessOf({ x, isZero, logX }: CountTerms, logMean: Tensor2D): Excess {
  const logRatio: Tensor2D = tf.sub(logMean, logX);
  const excess: Tensor2D = tf.add(tf.mul(x, tf.expm1(logRatio)), tf.mul(isZero, tf.exp(logMean)));
  return { logRatio, excess };
}

/** A gradient summed over the axes on which its variable, [1 or B, 1 or P], was shared. */
export function summedLike(gradient: Tensor, { shape }: Tensor): Tensor {
  const shared = [0, 1].filter((axis) => shape[axis] === 1 && gradient.shape[axis] !== 1);
  return shared.length === 0 ? gradient : tf.sum(gradient, shared, true);
}
