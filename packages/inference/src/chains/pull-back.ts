// A density in the coordinates of a distribution's noise.
import { type Draw, normalCdf, type Samplable, standardNormal } from '@flowvae/distributions';
import type { LogDensity } from '@flowvae/objectives';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/**
 * The pull-back of p̃ by a distribution q whose draws are z = f(u), u ~ N(0, I): log p̃(f(u)) + log|det ∂f/∂u|.
 *
 * The log-determinant is log N(u; 0, I) − log q(f(u)), so no inverse is needed, and q need not be a flow: draws u of
 * the pull-back become draws f(u) of p for every q whose log-density is exact. Uniform noise is Φ(u).
 * @returns u [B, noise width] → [B], nats
 * @see Hoffman et al. 2019, arXiv:1903.03704, section 3.1
 */
export const pullBack =
  (logDensity: LogDensity, distribution: Samplable): LogDensity =>
  (u) =>
    tf.add(logWeightAt(logDensity, distribution, u), standardNormal(distribution.noise.width).logProb(u));

/** log p̃(f(u)) − log q(f(u)), [B], nats. */
export function logWeightAt(logDensity: LogDensity, distribution: Samplable, u: Tensor2D): Tensor1D {
  const { z, logProb } = drawAt(distribution, u);
  return tf.sub(logDensity(z), logProb);
}

/** z = f(u) with its log-density. */
export const drawAt = (distribution: Samplable, u: Tensor2D): Draw =>
  distribution.sampleAndLogProb(distribution.noise.kind === 'normal' ? u : normalCdf(u));
