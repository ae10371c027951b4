// The type of flows: pure functions of given parameters. The source of the parameters is another matter
// (parameter-source.ts).
import type { Box } from '@flowvae/distributions';
import type { Key } from '@flowvae/random';
import type { Tensor, Tensor1D, Tensor2D } from '@flowvae/tensor';

/** Shapes of a flow's parameters by name, without the batch axis. */
export type ParamShapes = Readonly<Record<string, readonly number[]>>;

/** A flow's parameters: each [B, ...shape], or [1, ...shape] if the batch shares it. */
export type Params<S extends ParamShapes> = { readonly [P in keyof S]: Tensor };

/** Values of parameters as plain arrays, row-major, without the batch axis. */
export type ParamValues<S extends ParamShapes> = { readonly [P in keyof S]: Float32Array };

/**
 * The flow's map at its initial parameters. `'identity'`: y = z; `'volume'`: a map that permutes or rotates. The
 * log-det is 0 in both. `'other'`: a map without parameters onto a part of R^D.
 */
export type Start = 'identity' | 'volume' | 'other';

/** A differentiable bijection of R^D, or from R^D onto a part of it, with a known Jacobian determinant. */
export interface Flow<S extends ParamShapes = ParamShapes> {
  /** The flow's formula, e.g. `planar*10`. */
  readonly name: string;
  readonly dim: number;
  readonly paramShapes: S;
  /**
   * Parameters that the whole batch shares, [1, ...shape], for every source of the others: weights of networks inside
   * the flow.
   */
  readonly shared?: readonly string[];
  /**
   * Parameters [B, C] that are the encoder's features themselves: the information about the data point for networks
   * inside the flow.
   */
  readonly contexts?: readonly string[];
  /**
   * Parameters at which the flow is the identity map with log-det 0, or has the declared `start`; random if several
   * parameters satisfy this.
   */
  initialParams(key: Key): ParamValues<S>;
  /** The flow's start, at its initial parameters. Default `'identity'`. */
  readonly start?: Start;
  /**
   * Directions that cost many passes of the other one: a search, or one pass for each dimension. Absent: none. Where a
   * fit can choose, it avoids them.
   */
  readonly slow?: readonly ('forward' | 'inverse')[];
  /**
   * `forward` also takes parameters with fewer rows than z: row i is for the i-th group of equally many rows of z. For
   * other flows, the parameters are repeated.
   */
  readonly takesGroups?: true;
  /** z [B, D] → y [B, D] and log|det ∂y/∂z| [B], nats. */
  forward(params: Params<S>, z: Tensor2D): { y: Tensor2D; logDet: Tensor1D };
  /**
   * Quantities of any shape, by name, that are positive exactly if the map is a bijection (planar: 1 + wᵀû). Absent if
   * no parameter can break it. `checkFlow` checks them on wide draws.
   */
  invariants?(params: Params<S>): Readonly<Record<string, Tensor>>;
  /** The same map as single layers, the first applied first. Absent if the flow is one layer. */
  layers?(params: Params<S>): readonly Layer[];
}

/** One layer of a flow, with its own parameters. */
export interface Layer {
  /**
   * The layer's place: `planar[3]`, inside a chain `1.planar[3]`; counted from 0 like the names of a chain's
   * parameters.
   */
  readonly name: string;
  readonly flow: Flow;
  readonly params: Params<ParamShapes>;
}

/** A flow as single layers; a flow without `layers` is one layer. */
export const singleLayers = (flow: Flow, params: Params<ParamShapes>): readonly Layer[] =>
  flow.layers?.(params) ?? [{ name: flow.name, flow, params }];

/**
 * First parameters by data, in place of `initialParams`. Both methods read the points, so they must not be part of a
 * traced function. Absent: data do not matter.
 */
export interface DataStart<S extends ParamShapes = ParamShapes> {
  /** By points [n, D] that `forward` takes: activation normalisations leave them with mean 0 and variance 1. */
  startFrom?(key: Key, z: Tensor2D): ParamValues<S>;
  /** By points [n, D] that `forward` gives: the data, where the flow is a density's, from noise to data. */
  initialParamsFrom?(key: Key, y: Tensor2D): ParamValues<S>;
}

/** A flow whose inverse can be computed. */
export interface InvertibleFlow<S extends ParamShapes = ParamShapes> extends Flow<S>, DataStart<S> {
  /**
   * y [B, D] → z [B, D] and log|det ∂z/∂y| [B] (the forward log-det, negated), nats; NaN at points that no z is mapped
   * to.
   */
  inverse(params: Params<S>, y: Tensor2D): { z: Tensor2D; logDet: Tensor1D };
}

/** A flow that maps a box onto itself, so that a distribution on the box stays on it. */
export interface BoxFlow<S extends ParamShapes = ParamShapes> extends InvertibleFlow<S> {
  readonly box: Box;
}

/** Whether a flow can be inverted: invertible flows have the method `inverse`. */
export const isInvertible = <S extends ParamShapes>(flow: Flow<S>): flow is InvertibleFlow<S> => 'inverse' in flow;
