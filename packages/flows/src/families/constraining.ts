// Flows onto a part of R^D, without parameters: the last layer of a density on numbers that cannot have any value.
import type { Tensor2D } from '@flowvae/tensor';
import type { Constraint } from '../constraints/constraint.ts';
import { interval, positive } from '../constraints/element-wise.ts';
import { ordered } from '../constraints/ordered.ts';
import type { InvertibleFlow } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';
import type { NoShapes } from './permutation.ts';

/** A constraint that keeps the dimension, as a flow. */
export function flowOf(name: string, dim: number, constraint: Constraint): InvertibleFlow<NoShapes> {
  const where = name.replace(/\(.*$/, '');
  const paramShapes: NoShapes = {};
  return {
    name,
    dim,
    paramShapes,
    start: 'other',
    initialParams: () => ({}),
    forward(params, z) {
      checkArguments(`${where}.forward`, 'z', z, { dim, paramShapes, params });
      const { value, logDet } = constraint.constrain(z);
      return { y: value as Tensor2D, logDet };
    },
    inverse(params, y) {
      checkArguments(`${where}.inverse`, 'y', y, { dim, paramShapes, params });
      const { u, logDet } = constraint.unconstrain(y);
      return { z: u, logDet };
    },
  };
}

/**
 * Onto the numbers above 0: z'_i = softplus(z_i), log|det J| = Σ log σ(z_i). Without parameters.
 *
 * Its inverse is NaN at points with a component below 0. Shapes: z [B, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z has another shape.
 */
export function positiveFlow(dim: number): InvertibleFlow<NoShapes> {
  return flowOf('positive', dim, positive(dim));
}

/** The ends of {@link intervalFlow}. */
export interface IntervalEnds {
  /** Default 0. */
  readonly from?: number;
  /** Default 1. */
  readonly to?: number;
}

/**
 * Onto the numbers between two ends: z'_i = from + (to − from)·σ(z_i), log|det J| = Σ log((to − from)·σ(z_i)·σ(−z_i)).
 * Without parameters.
 *
 * Its inverse is NaN at points with a component outside. Shapes: z [B, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z has another shape; ExpectationError for ends that are not in order
 */
export function intervalFlow(dim: number, { from = 0, to = 1 }: IntervalEnds = {}): InvertibleFlow<NoShapes> {
  return flowOf(`interval(${from},${to})`, dim, interval(from, to, dim));
}

/**
 * Onto the points with rising components: z'_1 = z_1, z'_k = z'_{k−1} + softplus(z_k), log|det J| = Σ log σ(z_k) for
 * k ≥ 2. Without parameters.
 *
 * Its inverse is NaN at points with falling components. Shapes: z [B, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z has another shape; ExpectationError for D = 1
 */
export function orderedFlow(dim: number): InvertibleFlow<NoShapes> {
  return flowOf('ordered', dim, ordered(dim));
}
