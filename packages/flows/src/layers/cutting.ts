// A flow of K layers at once, looked at layer by layer.
import { tf } from '@flowvae/tensor';
import type { Flow, Layer, ParamShapes, Params } from '../flow.ts';

/**
 * Cuts parameters [B|1, K, …] into K single layers [B|1, 1, …], for flows that keep all layers in one tensor.
 *
 * @param name a layer's name; several layers are numbered from 0: `planar[3]`
 * @param flow layer k alone
 */
export function cutIntoLayers<S extends ParamShapes>(
  name: string,
  count: number,
  params: Params<S>,
  flow: (layer: number) => Flow<S>,
): Layer[] {
  return Array.from({ length: count }, (_, k) => {
    const cut = Object.entries(params).map(([param, value]) => {
      const begin = value.shape.map((__, axis) => (axis === 1 ? k : 0));
      const size = value.shape.map((length, axis) => (axis === 1 ? 1 : length));
      return [param, tf.slice(value, begin, size)] as const;
    });
    return { name: count === 1 ? name : `${name}[${k}]`, flow: flow(k) as Flow, params: Object.fromEntries(cut) };
  });
}
