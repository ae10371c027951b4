// NICE: additive coupling, which preserves volume.

import type { InvertibleFlow } from '../flow.ts';
import { formulaOf, type NetworkOptions } from '../frames/conditioner.ts';
import { couplingLayers } from '../frames/coupling.ts';
import { shiftMap } from '../frames/elementwise-map.ts';
import { byMatrices, orthogonalMatrices, permutationMatrices } from '../frames/mixing.ts';
import { networkDefaults } from '../frames/network-sizes.ts';

/** How NICE's layers are mixed: by fixed random permutations or by fixed random orthogonal matrices. */
export type NiceMixing = 'permutation' | 'orthogonal';

/** Options of {@link nice}. */
export interface NiceOptions extends NetworkOptions {
  /** Default `'permutation'`. */
  readonly mixing?: NiceMixing;
}

const matricesOf: Readonly<Record<NiceMixing, (dim: number, layers: number) => Float32Array[]>> = {
  permutation: permutationMatrices,
  orthogonal: orthogonalMatrices,
};

const names: Readonly<Record<NiceMixing, string>> = { permutation: 'nice-perm', orthogonal: 'nice-orth' };

/**
 * NICE: K layers (z_A, z_B) → [z_A, z_B + net(z_A, h)]·Q, log|det J| = 0, with Q a fixed random permutation or
 * orthogonal matrix.
 *
 * Both directions take one pass. The inverse is [z_A, z_B] = z'·Qᵀ, z_B − net(z_A, h). It starts as a permutation or
 * rotation, not as the identity; the matrices depend on D and the layer only.
 * Shapes: z [B, D]; kernels [1, K, from, to], biases [1, K, to], context [B, C] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1
 * @see Dinh et al. 2015, arXiv:1410.8516, section 3.2; Rezende & Mohamed 2015, arXiv:1505.05770, eqs. 16-17 and section
 * 6.1
 */
export function nice(dim: number, options: NiceOptions = {}): InvertibleFlow {
  const { mixing = 'permutation', layers = networkDefaults.layers } = options;
  const name = names[mixing];
  const matrices = () => matricesOf[mixing](dim, layers);
  const flow = couplingLayers(dim, options, {
    name,
    label: formulaOf(name, options),
    map: shiftMap,
    mixing: byMatrices(dim, matrices),
  });
  return { ...flow, start: 'volume' };
}
