// The density of a flow at lattice points by its inverse: log q(y) = log q₀(f⁻¹(y)) + log|det ∂f⁻¹/∂y|.
import { type Flow, isInvertible, type ParamShapes, type ParamValues } from '@flowvae/flows';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { Base } from './bases.ts';
import { layersOf } from './journey.ts';

/** Whether the density can be had at any place without a search. */
export const scoresAnywhere = (flow: Flow): boolean => isInvertible(flow) && !flow.slow?.includes('inverse');

/** Density [n] at points [n, 2] behind the first `count` layers; 0 at points that none is mapped to. */
export function exactDensity(
  { flow, values, base }: { readonly flow: Flow; readonly values: ParamValues<ParamShapes>; readonly base: Base },
  count: number,
  points: Float32Array,
): Float32Array {
  return tf.tidy(() => {
    let z: Tensor2D = tf.tensor2d(points, [points.length / 2, 2]);
    let logDet = new Float32Array(points.length / 2);
    for (const layer of layersOf(flow, values).slice(0, count).toReversed()) {
      if (!isInvertible(layer.flow)) throw new Error(`${layer.name} has no inverse`);
      const undone = layer.flow.inverse(layer.params, z);
      const own = undone.logDet.dataSync<'float32'>();
      logDet = logDet.map((sum, i) => sum + own[i]!);
      z = undone.z;
    }
    const origins = z.dataSync<'float32'>();
    return logDet.map((sum, i) => {
      const log = base.logDensity(origins[2 * i]!, origins[2 * i + 1]!) + sum;
      return Number.isNaN(log) ? 0 : Math.exp(log);
    });
  });
}
