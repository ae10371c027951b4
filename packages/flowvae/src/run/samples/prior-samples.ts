// Samples of a model: z from the prior, then draws or means of p(x|z), block by block.
import { widthOfDatum } from '@flowvae/datasets';
import { drawNoise, type Noise } from '@flowvae/distributions';
import { fold, type Key } from '@flowvae/random';
import { ExpectationError, tf } from '@flowvae/tensor';
import { observable, priorOf } from '@flowvae/vae';
import type { LabelChoice } from '../../config/covariates/label-text.ts';
import { namedColumns, sampleColumns } from '../covariates/sample-labels.ts';
import type { ModelParts } from '../experiment.ts';
import { settled } from '../priors/settled-model.ts';

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
}

/** Successive samples. */
export interface SampleBlock {
  readonly first: number;
  /** [rows, P] */
  readonly x: Float32Array;
  /** [rows, D] */
  readonly z: Float32Array;
  /** Covariates [rows, W]; W is 0 for a model without. */
  readonly y: Float32Array;
}

/** Values in one block; a block has at least one row. */
const BLOCK = 2 ** 20;

/** Yields all samples in order. */
export function* priorSamples(given: ModelParts, options: PriorSamplesOptions): Generator<SampleBlock> {
  const { parts, dispose } = settled(given);
  try {
    yield* blocksOf(parts, options);
  } finally {
    dispose();
  }
}

function* blocksOf(parts: ModelParts, options: PriorSamplesOptions): Generator<SampleBlock> {
  const { count, key, values, labels = { kind: 'shares' }, temperature = 1 } = options;
  const { data } = parts;
  const model = observable(parts.model, 'draws of the model');
  const rows = Math.max(1, Math.min(count, Math.floor(BLOCK / widthOfDatum(data))));
  const { kind, width } = model.prior.noise;
  const latentNoise = new Float32Array(count * width);
  drawNoise(kind, key, latentNoise);
  if (temperature !== 1) cool(latentNoise, kind, temperature);
  const columns = sampleColumns(parts.plan, { choice: labels, count, key });
  const given = columns.length / count;
  for (let first = 0; first < count; first += rows) {
    const size = Math.min(rows, count - first);
    const y = columns.subarray(first * given, (first + size) * given);
    const named = namedColumns(parts.plan, y);
    const z = tf.tidy(() => {
      const noise = tf.tensor2d(latentNoise.subarray(first * width, (first + size) * width), [size, width]);
      return priorOf(model, named).sampleAndLogProb(noise).z;
    });
    const x = tf.tidy(() => {
      const observation = model.observe(z, named);
      if (values === 'means') return observation.mean();
      const { noise } = observation;
      const drawn = new Float32Array(size * noise.width);
      for (let i = 0; i < size; i++) {
        const ofRow = drawn.subarray(i * noise.width, (i + 1) * noise.width);
        drawNoise(noise.kind, fold(key, 'data', first + i), ofRow);
      }
      return observation.sampleAndLogProb(tf.tensor2d(drawn, [size, noise.width])).z;
    });
    yield { first, x: x.dataSync<'float32'>(), z: z.dataSync<'float32'>(), y };
    tf.dispose([x, z, { ...named }]);
  }
}

/** @throws ExpectationError for noise that is not normal: a box has no temperature */
function cool(noise: Float32Array, kind: Noise['kind'], temperature: number): void {
  if (kind !== 'normal') {
    throw new ExpectationError({ where: '--temperature', expected: 'a prior of normal noise', received: kind });
  }
  for (let i = 0; i < noise.length; i++) noise[i]! *= temperature;
}

/** All samples at once, [n, P]. */
export function allSamples(parts: ModelParts, options: PriorSamplesOptions): Float32Array {
  const width = widthOfDatum(parts.data);
  const all = new Float32Array(options.count * width);
  for (const { first, x } of priorSamples(parts, options)) all.set(x, first * width);
  return all;
}
