// Data between two data: their latents, points between those, and the means of p(x|z) there.
import { type InterpolationOptions, interpolated } from '@flowvae/density';
import { drawNoise } from '@flowvae/distributions';
import type { Key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { inferenceOf, type ObservableModel } from '@flowvae/vae';
import { read } from '../report/picture-parts.ts';

/** Options of {@link interpolatedData}. */
export interface InterpolatedDataOptions extends InterpolationOptions {
  /** Decides the draws of both latents. */
  readonly key: Key;
}

/**
 * Means of p(x|z) at points from a draw of q(z|a) to one of q(z|b), [steps·P].
 *
 * @param rows the rows a and b as the model takes them
 */
export function interpolatedData(
  model: ObservableModel,
  rows: readonly [Float32Array, Float32Array],
  { key, ...options }: InterpolatedDataOptions,
): Float32Array {
  const { kind, width } = model.noise;
  const noise = new Float32Array(2 * width);
  drawNoise(kind, key, noise);
  const z = read(() => {
    const both = tf.stack(rows.map((row) => tf.tensor1d(row.slice()))) as ReturnType<typeof tf.tensor2d>;
    return inferenceOf(model)(both).sampleAndLogProb(tf.tensor2d(noise, [2, width])).z;
  });
  const { latent } = model;
  const points = interpolated(z.subarray(0, latent), z.subarray(latent), options);
  return read(() => model.observe(tf.tensor2d(points, [options.steps, latent])).mean());
}
