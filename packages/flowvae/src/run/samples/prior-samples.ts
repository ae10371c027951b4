// Samples of a model: z from the prior, then draws or means of p(x|z), block by block.

import { drawNoise, type Noise } from '@flowvae/distributions';
import type { ModelSamples } from '@flowvae/evaluation';
import { fold, type Key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { observable, priorOf } from '@flowvae/vae';
import type { LabelChoice } from '../../config/covariates/label-text.ts';
import { namedCovariates, sampleColumns } from '../covariates/sample-labels.ts';
import type { ModelParts } from '../experiment.ts';
import { settled } from '../priors/settled-model.ts';
import { allValues, type SamplesAtOptions, samplesAt } from './samples-at.ts';

/** Options of {@link priorSamples}. */
export interface PriorSamplesOptions {
  readonly count: number;
  /** Sample i depends on the key and i only. */
  readonly key: Key;
  /** Draws x ~ p(x|z), or means E[x|z]. */
  readonly values: 'draws' | 'means';
  /** Factor on the normal noise of the prior: below 1 samples are nearer to its mode. Default 1, the model itself. */
  readonly temperature?: number | undefined;
  /** Covariates of a conditional model's samples. Default: classes by their shares in the training rows. */
  readonly labels?: LabelChoice;
  /** Stops the work. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of samples that are ready. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Successive samples. */
export interface SampleBlock extends ModelSamples {
  /** Covariates [rows, W]; W is 0 for a model without. */
  readonly y: Float32Array;
}

/**
 * Yields all samples in order, on the run's engine and threads; equal options give equal bytes for any number of
 * threads.
 *
 * @throws ExpectationError for a model without p(x|z), or a temperature of noise that has none; the signal's reason
 * after an abort
 */
export async function* priorSamples(given: ModelParts, options: PriorSamplesOptions): AsyncGenerator<SampleBlock> {
  const { parts, dispose } = settled(given);
  const { count, key, values, labels = { kind: 'shares' }, temperature = 1, signal, onProgress } = options;
  try {
    const columns = sampleColumns(parts.plan, { choice: labels, count, key });
    const width = columns.length / count;
    const samples = samplesAt(parts, {
      ...fromPrior(parts, [temperature], { count, key }),
      columns,
      drawKey: values === 'draws' ? fold(key, 'data') : undefined,
      signal,
    });
    for await (const block of samples) {
      const end = block.first + block.z.length / parts.model.latent;
      yield { ...block, y: columns.subarray(block.first * width, end * width) };
      onProgress?.(end);
    }
  } finally {
    dispose();
  }
}

/** All samples at once, [n, P]. */
export const allSamples = (parts: ModelParts, options: PriorSamplesOptions): Promise<Float32Array> =>
  allValues(priorSamples(parts, options), parts, options.count);

/**
 * The means of samples at each temperature, [temperatures·n, P], from the same noise, of a model without covariates.
 *
 * @throws ExpectationError as {@link priorSamples}
 */
export const allAtTemperatures = (
  parts: ModelParts,
  temperatures: readonly number[],
  options: Pick<PriorSamplesOptions, 'count' | 'key'>,
): Promise<Float32Array> =>
  allValues(samplesAt(parts, fromPrior(parts, temperatures, options)), parts, temperatures.length * options.count);

/** The noise of samples at one temperature after the other; z ~ p(z), or p(z|y), from it, and p(x|z). */
function fromPrior(
  { plan, model: any }: ModelParts,
  temperatures: readonly number[],
  { count, key }: Pick<PriorSamplesOptions, 'count' | 'key'>,
): Pick<SamplesAtOptions, 'points' | 'at'> {
  const model = observable(any, 'draws of the model');
  const { kind, width } = model.prior.noise;
  const drawn = new Float32Array(count * width);
  drawNoise(kind, key, drawn);
  const noise = new Float32Array(temperatures.length * drawn.length);
  for (const [i, temperature] of temperatures.entries()) noise.set(cooled(drawn, kind, temperature), i * drawn.length);
  return {
    points: dataPoints(noise, width),
    at(rows, columns) {
      const named = namedCovariates(plan, columns);
      const { z } = priorOf(model, named).sampleAndLogProb(rows);
      return { z, observation: model.observe(z, named) };
    },
  };
}

/** @throws ExpectationError for noise that is not normal: a box has no temperature */
function cooled(noise: Float32Array, kind: Noise['kind'], temperature: number): Float32Array {
  if (temperature === 1) return noise;
  if (kind === 'normal') return noise.map((value) => value * temperature);
  throw new ExpectationError({ where: '--temperature', expected: 'a prior of normal noise', received: kind });
}
