// The two halves of latents [z1, z2] and of their noise.
import { type Tensor2D, tf } from '@flowvae/tensor';

/** Widths D1 and D2 of the latents, the one next to the data first. */
export type LayerWidths = readonly [first: number, second: number];

/** [B, D1 + D2] → [B, D1] and [B, D2] */
export const halves = (z: Tensor2D, [first, second]: LayerWidths): readonly [Tensor2D, Tensor2D] =>
  tf.split(z, [first, second], 1) as [Tensor2D, Tensor2D];
