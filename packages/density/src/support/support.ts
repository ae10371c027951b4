// The place of data: how rows become points of R^D that a flow describes, and back.
import type { Noise, Observation } from '@flowvae/distributions';
import type { NamedVariables, Tensor1D, Tensor2D } from '@flowvae/tensor';
import type { DequantisationName } from '../names.ts';

/** Points v of R^D for rows of data, and the density q(v|x) that they are drawn from. */
export interface Placed {
  /** [B, D] */
  readonly v: Tensor2D;
  /** log q(v|x) = logBase − logDet, [B] each, nats; −logBase of a certain point is 0. */
  readonly logBase: Tensor1D;
  readonly logDet: Tensor1D;
}

/** How data of a kind become points of R^D. */
export interface Support {
  readonly dim: number;
  /** How levels are filled; absent: data are numbers, whose density is exact. */
  readonly dequantisation?: DequantisationName;
  /** Levels 0 … levels − 1 of each value; absent: data are numbers. */
  readonly levels?: number;
  readonly variables: NamedVariables;
  readonly noise: Noise;
  /** x [B, D] in the units of the data, noise [B, width] */
  place(x: Tensor2D, noise: Tensor2D): Placed;
  /** v [B, D] → p(x|v), which is certain */
  observe(v: Tensor2D): Observation;
}
