// A prior as an option: made once encoder and posterior are there.
import type { DiagonalNormal } from '@flowvae/distributions';
import type { Prior } from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';

/** The model that a prior is made for. */
export interface PriorPlace {
  /** Width D of the latent. */
  readonly latent: number;
  /** Number P of observed variables. */
  readonly pixels: number;
  /** Decides initial values. */
  readonly key: Key;
  /** x [K, P] in the model's units, all observed → the base normal of q(z|x) of each row */
  encoded(x: Tensor2D): DiagonalNormal;
  /** Columns whose values lie in [0, 1]: [P], 1 or 0. */
  readonly bounded: Float32Array;
  /** Rows of data [n, P] in the model's units, in an order by key; absent: none are known. */
  readonly rows?: Float32Array | undefined;
}

/** A prior to be made. */
export interface PriorChoice {
  /** Its name, for errors. */
  readonly name: string;
  /** Trained scalars, for a model of these widths. */
  parameters(widths: Pick<PriorPlace, 'latent' | 'pixels'>): number;
  make(place: PriorPlace): Prior;
}
