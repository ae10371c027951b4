// The planar flow of Rezende & Mohamed, K layers at once, without cancellation in the log-det.
import { tf } from '@flowvae/tensor';
import type { InvertibleFlow } from '../flow.ts';
import { planarChain } from '../frames/kernels/planar-chain.ts';
import { type PlanarActivation, type PlanarShapes, planarFlow } from '../frames/planar-flow.ts';
import { solvePlanar, tanhToRounding } from '../frames/planar-inverse.ts';
import { tanhOfLayers } from '../frames/rank-one/activation.ts';

/**
 * Added to softplus(a), so that t = 0 and softplus(a) = 0 have a finite logarithm; above a = −68 it is below float32's
 * precision.
 */
const TINY_SLOPE = 1e-37;

const tanh: PlanarActivation = {
  inLayers: tanhOfLayers,
  apply: tanhToRounding,
  // no term is negative, so no terms cancel
  logSlope(t, onePlusM) {
    const squared = tf.square(t);
    return tf.log(tf.add(squared, tf.mul(tf.sub(1, squared), tf.add(onePlusM, TINY_SLOPE))));
  },
  solve: solvePlanar,
  searches: true,
  chain: planarChain,
};

const planarTanh = planarFlow({ where: 'planar', formula: 'planar' }, tanh);

/**
 * Planar flow: z' = z + û·tanh(wᵀz + b), log|det J| = log(t² + (1 − t²)·softplus(wᵀu)), t = tanh(wᵀz + b).
 *
 * û = u + (m(wᵀu) − wᵀu)·w/‖w‖², m(a) = softplus(a) − 1, keeps wᵀû > −1, so the map is invertible. The usual form log|1
 * + (1 − t²)·m| cancels for wᵀu ≪ 0; here every term is ≥ 0. Only wᵀz + b, its tanh and the shift are computed layer
 * after layer. Shapes: z [B, D]; w, u [B|1, K, D]; b [B|1, K] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape.
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eqs. 10-12 and appendix A.1
 */
export function planar(dim: number, layers = 1): InvertibleFlow<PlanarShapes> {
  return planarTanh(dim, layers);
}
