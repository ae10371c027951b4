// Data between two data: their latents, points between those, and the means of p(x|z) there.
import { type InterpolationOptions, interpolated } from '@flowvae/density';
import { drawNoise } from '@flowvae/distributions';
import { tabulate } from '@flowvae/evaluation';
import type { Key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { inferenceOf, observable } from '@flowvae/vae';
import { besideColumns } from '../run/covariates/beside-columns.ts';
import type { ModelParts } from '../run/experiment.ts';
import { allValues, samplesAt } from '../run/samples/samples-at.ts';

/** Two data, and the key of the draws of their latents. */
export interface Ends {
  /** The rows a and b as the model takes them. */
  readonly rows: readonly [Float32Array, Float32Array];
  readonly key: Key;
}

/** Means of p(x|z) at points from a draw of q(z|a) to one of q(z|b), of one pair after the other, [pairs·steps·P]. */
export async function interpolatedData(
  parts: ModelParts,
  pairs: readonly Ends[],
  options: InterpolationOptions,
): Promise<Float32Array> {
  const model = observable(parts.model, 'interpolations');
  const { latent } = model;
  const ends = await latentsOf(parts, pairs);
  const end = (i: number) => ends.subarray(i * latent, (i + 1) * latent);
  const z = new Float32Array(pairs.length * options.steps * latent);
  for (let pair = 0; pair < pairs.length; pair++)
    z.set(interpolated(end(2 * pair), end(2 * pair + 1), options), pair * options.steps * latent);
  const points = dataPoints(z, latent);
  const samples = samplesAt(parts, { points, at: (z) => ({ z, observation: model.observe(z) }) });
  return allValues(samples, parts, points.count);
}

/** A draw of q(z|x) for each end, [2·pairs, D]. */
async function latentsOf({ model, config }: ModelParts, pairs: readonly Ends[]): Promise<Float32Array> {
  const { kind, width: ofNoise } = model.noise;
  const width = pairs[0]!.rows[0].length;
  const rows = new Float32Array(2 * pairs.length * width);
  const noise = new Float32Array(2 * pairs.length * ofNoise);
  for (const [i, { rows: both, key }] of pairs.entries()) {
    for (const [j, row] of both.entries()) rows.set(row, (2 * i + j) * width);
    drawNoise(kind, key, noise.subarray(2 * i * ofNoise, 2 * (i + 1) * ofNoise));
  }
  const infer = inferenceOf(model);
  const draw = (given: Tensor2D) => {
    const [x, own] = tf.split(given, [width, ofNoise], 1) as [Tensor2D, Tensor2D];
    return { z: infer(x).sampleAndLogProb(own).z };
  };
  const { variables } = model;
  const { engine, threads } = config;
  const { z } = await tabulate(draw, besideColumns(dataPoints(rows, width), noise), { variables, engine, threads });
  return z!;
}
