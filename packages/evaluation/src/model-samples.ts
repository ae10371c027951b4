// Samples of a model: z from noise, then means of p(x|z) or draws from it, block after block on all threads.
import { TraceError } from '@flowvae/compiler';
import type { Noise, Observation } from '@flowvae/distributions';
import type { Key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { DataPoints, RunnerOptions } from '@flowvae/training';
import { pieces } from './pieces.ts';
import { taken, withNoise } from './rows-with-noise.ts';

/** Options of {@link modelSamples}. */
export interface ModelSamplesOptions extends RunnerOptions {
  /** A row for each sample, [W]: noise of the prior or a latent, and covariates where the model takes any. */
  readonly rows: DataPoints;
  /** rows [B, W] → z [B, D] and p(x|z) */
  readonly at: (rows: Tensor2D) => { readonly z: Tensor2D; readonly observation: Observation };
  /** Draws x ~ p(x|z): that of row i depends on the row, the key and i only. Absent: means E[x|z]. */
  readonly drawKey?: Key | undefined;
  /** Stops the work after the blocks that are under way. */
  readonly signal?: AbortSignal | undefined;
}

/** Successive samples. */
export interface ModelSamples {
  readonly first: number;
  /** [rows, P], row-major, in the units of the data. */
  readonly x: Float32Array;
  /** [rows, D], row-major. */
  readonly z: Float32Array;
}

/**
 * Rows in one block, fewer if they need too much memory. It depends on nothing else, so that a sample keeps its place
 * in a block, and so its bytes, for any number of samples and threads. Small, so that the usual page of 64 samples
 * has work for two threads.
 */
const ROWS = 32;

/**
 * Yields the samples of all rows in order. The graph holds the variables' values where these are small, so they must
 * not change before the end. A function that cannot be traced, such as the mean of a likelihood that reads values,
 * runs eagerly. Equal options give equal bytes, for any number of threads.
 *
 * @throws the signal's reason if an abort leaves rows out
 */
export async function* modelSamples(options: ModelSamplesOptions): AsyncGenerator<ModelSamples> {
  try {
    yield* blocks(options);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error; // comes before the first block
    yield* blocks({ ...options, engine: 'eager' });
  }
}

async function* blocks(options: ModelSamplesOptions): AsyncGenerator<ModelSamples> {
  const { rows, at, drawKey, ...run } = options;
  const drawn = drawKey && { data: rows, noise: noiseOf(options), samples: 1, key: drawKey };
  const samplesAt = (given: Tensor2D) => {
    const { x: own, drawn: noise } = drawn ? taken(given, drawn) : { x: given };
    const { z, observation } = at(own);
    return { z, x: noise ? observation.sampleAndLogProb(noise).z : observation.mean() };
  };
  const data = drawn ? withNoise(drawn) : rows;
  let done = 0;
  for await (const [{ first, rows: size }, { x, z }] of pieces(samplesAt, data, {
    ...run,
    chunk: ROWS,
    embedsVariables: true,
  })) {
    yield { first, x: x!, z: z! };
    done = first + size;
  }
  if (done < rows.count) options.signal?.throwIfAborted();
}

/** The noise of p(x|z), the same for every row. */
const noiseOf = ({ rows, at }: ModelSamplesOptions): Noise =>
  tf.tidy(() => ({ ...at(tf.tensor2d(rows.row(0), [1, rows.width])).observation.noise }));
