// The planar flow with a leaky ReLU, whose inverse is two divisions.
import { ExpectationError, type Tensor2D, tf } from '@flowvae/tensor';
import { logSoftplus } from '../algebra/log-softplus.ts';
import { whereAbove } from '../algebra/where-above.ts';
import type { InvertibleFlow } from '../flow.ts';
import { type PlanarActivation, type PlanarShapes, planarFlow } from '../frames/planar-flow.ts';

/** Options of {@link planarLeaky}. */
export interface LeakyOptions {
  /** Slope λ of the activation below 0, from 0 to below 1; default 0.01. */
  readonly slope?: number;
}

/**
 * log 1e-18: the least slope 1 + m = softplus(a). Smaller ones, such as 0, are replaced by it, so that the inverse and
 * its gradient stay finite.
 */
const LEAST_LOG_SLOPE = Math.log(1e-18);

/** 1 + λ·m = (1 − λ) + λ·(1 + m): no term is negative. */
const leakyRelu = (slope: number): PlanarActivation => ({
  inLayers: { apply: (s) => tf.leakyRelu(s, slope), derivative: (h) => tf.step(h, slope) },
  apply: (s) => tf.leakyRelu(s, slope),
  logSlope: (h, onePlusM, a) => whereAbove(0, h, logSoftplus(a), tf.log(tf.add(1 - slope, tf.mul(slope, onePlusM)))),
  // α + m·h(α + b) = c, so s + m·h(s) = c + b, and s has the sign of the right side
  solve(c, onePlusM, b, a) {
    const target = tf.add(c, b);
    // not target/softplus(a): tfjs divides the gradient by the square, which is 0 from a = −52 down, and NaN in the
    // branch not taken as well
    const above = tf.mul(target, tf.exp(tf.neg(tf.maximum(logSoftplus(a), LEAST_LOG_SLOPE))));
    const below = tf.div(target, tf.add(1 - slope, tf.mul(slope, onePlusM)));
    return whereAbove<Tensor2D>(0, target, above as Tensor2D, below as Tensor2D);
  },
});

/**
 * Planar flow with a leaky ReLU: z' = z + û·h(s), s = wᵀz + b, h(s) = s above 0 and λ·s below, K layers one after the
 * other.
 *
 * û is that of {@link planar}: m = wᵀû = softplus(wᵀu) − 1 > −1. log|det J| = log softplus(wᵀu) where s > 0, else
 * log((1 − λ) + λ·softplus(wᵀu)): both slopes are positive for 0 ≤ λ < 1. Where s = 0 the map has a kink, and the
 * log-det is the one of s < 0. Inverse in closed form: s = (wᵀy + b) over the slope of the branch, which is the one of
 * the sign of wᵀy + b. Shapes: z [B, D]; w, u [B|1, K, D]; b [B|1, K] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for a slope outside [0, 1)
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eqs. 10-12 and appendix A.1, with another h
 */
export function planarLeaky(
  dim: number,
  layers = 1,
  { slope = 0.01 }: LeakyOptions = {},
): InvertibleFlow<PlanarShapes> {
  if (!(slope >= 0 && slope < 1)) {
    throw new ExpectationError({
      where: 'planarLeaky: slope',
      expected: 'a number in [0, 1)',
      received: String(slope),
    });
  }
  return planarFlow({ where: 'planarLeaky', formula: 'planar-leaky' }, leakyRelu(slope))(dim, layers);
}
