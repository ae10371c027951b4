// A fixed random permutation of the dimensions.
import { type Key, key as keyOf, drawPermutation as randomOrder } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { reordering } from '../algebra/reorder.ts';
import type { InvertibleFlow } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';

/** Options of {@link permutation} and {@link lu}. */
export interface PermutationOptions {
  /** Decides the permutation, which is no parameter; default `key(0)`. */
  readonly key?: Key;
}

/** Without parameters. */
export type NoShapes = Readonly<Record<never, readonly number[]>>;

/**
 * Permutation: z'_i = z_π(i) with a fixed random π; log-det exactly 0. It mixes the dimensions between flows that treat
 * them unequally.
 *
 * Shapes: z [B, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z has another shape.
 */
export function permutation(dim: number, { key = keyOf(0) }: PermutationOptions = {}): InvertibleFlow<NoShapes> {
  const { apply, undo } = reordering(randomOrder(key, dim));
  const paramShapes: NoShapes = {};
  const volumeKept = (z: Tensor2D): Tensor1D => tf.zeros([z.shape[0]]);
  return {
    name: 'permutation',
    dim,
    paramShapes,
    start: 'volume',
    initialParams: () => ({}),
    forward(params, z) {
      checkArguments('permutation.forward', 'z', z, { dim, paramShapes, params });
      return { y: apply(z), logDet: volumeKept(z) };
    },
    inverse(params, y) {
      checkArguments('permutation.inverse', 'y', y, { dim, paramShapes, params });
      return { z: undo(y), logDet: volumeKept(y) };
    },
  };
}
