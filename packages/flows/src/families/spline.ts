// Neural spline coupling: monotone rational-quadratic splines with linear tails.

import type { BoxFlow } from '../flow.ts';
import { formulaOf, type NetworkOptions } from '../frames/conditioner.ts';
import { couplingLayers } from '../frames/coupling.ts';
import { alternating } from '../frames/mixing.ts';
import { DEFAULT_BINS, networkDefaults } from '../frames/network-sizes.ts';
import { rationalQuadraticMap } from '../frames/rational-quadratic.ts';

/** Options of {@link spline}. */
export interface SplineOptions extends NetworkOptions {
  /** Bins of each spline; default 8. */
  readonly bins?: number;
  /** The splines act on [−bound, bound] and are the identity outside; default 5. */
  readonly bound?: number;
}

const DEFAULT_BOUND = 5;

/**
 * Rational-quadratic neural spline coupling: K layers (z_A, z_B) → (z_A, s(z_B; net(z_A, h))), log|det J| = Σ log
 * s'(z_B), where s is a monotone spline with `bins` rational-quadratic pieces on [−bound, bound] and the identity
 * outside.
 *
 * Every layer maps the box [−bound, bound]^D onto itself. The parts alternate from layer to layer. Both directions take
 * one pass (the inverse solves a quadratic equation); it starts as the identity. Bins are at least 1/1000 of the box
 * wide and high (for up to 500 bins), slopes at the knots at least 1/1000. Shapes: z [B, D]; kernels [1, K, from, to],
 * biases [1, K, to], context [B, C] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1
 * @see Durkan et al. 2019, arXiv:1906.04032, section 3.1 and appendix A; Gregory & Delbourgo 1982
 */
export function spline(dim: number, options: SplineOptions = {}): BoxFlow {
  const { bins = DEFAULT_BINS, bound = DEFAULT_BOUND, layers = networkDefaults.layers } = options;
  const layersOnBox = couplingLayers(dim, options, {
    name: 'spline',
    label: formulaOf('spline', options, [[bins, DEFAULT_BINS]]),
    map: rationalQuadraticMap(bins, bound),
    mixing: alternating(dim, layers),
  });
  const ends = (value: number) => new Array<number>(dim).fill(value);
  return { ...layersOnBox, box: { low: ends(-bound), high: ends(bound) } };
}
