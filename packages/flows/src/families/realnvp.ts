// RealNVP: affine coupling with alternating masks.

import type { InvertibleFlow } from '../flow.ts';
import { affineMap } from '../frames/affine-map.ts';
import { formulaOf, type NetworkOptions } from '../frames/conditioner.ts';
import { couplingLayers } from '../frames/coupling.ts';
import { alternating } from '../frames/mixing.ts';
import { networkDefaults } from '../frames/network-sizes.ts';

/**
 * RealNVP: K layers (z_A, z_B) → (z_A, z_B ⊙ exp(a) + m), (m, r) = net(z_A, h), a = c·tanh(r/c), c = 2
 * (`mostLogScale`), log|det J| = Σ a.
 *
 * The parts alternate from layer to layer. Both directions take one pass; it starts as the identity. The bound on a
 * keeps long chains finite for any weights.
 * Shapes: z [B, D]; kernels [1, K, from, to], biases [1, K, to], context [B, C] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1
 * @see Dinh et al. 2017, arXiv:1605.08803, eqs. 4-8 and section 3.5
 */
export function realnvp(dim: number, options: NetworkOptions = {}): InvertibleFlow {
  const mixing = alternating(dim, options.layers ?? networkDefaults.layers);
  return couplingLayers(dim, options, {
    name: 'realnvp',
    label: formulaOf('realnvp', options),
    map: affineMap(options),
    mixing,
  });
}
