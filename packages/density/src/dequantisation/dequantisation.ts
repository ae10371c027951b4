// How noise fills the cells of whole levels, so that a density of numbers describes them.
import type { Noise, Samplable } from '@flowvae/distributions';
import type { NamedVariables, Tensor2D } from '@flowvae/tensor';
import type { DequantisationName } from '../names.ts';

/** Noise u in [0, 1)^D inside the cells of levels k: q(u|k). */
export interface Dequantisation {
  readonly name: DequantisationName;
  readonly variables: NamedVariables;
  /** The noise that a draw of q(u|k) takes. */
  readonly noise: Noise;
  /** k [B, D], whole numbers → q(u|k), which is drawn from noise [B, width] */
  within(k: Tensor2D): Samplable;
}
