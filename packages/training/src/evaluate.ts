// The test bound and importance-sampled log p(x), one data point at a time: its samples share one row of posterior parameters.
import type { Traceable } from '@flowvae/compiler';
import type { Noise } from '@flowvae/distributions';
import { importanceChunk, type LatentModel, LogMeanExp } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import type { NamedVariables, Tensor2D } from '@flowvae/tensor';
import type { DataPoints } from './data-points.ts';
import { type FunctionRunner, functionRunner, inOrder } from './function-runner.ts';
import type { Engine } from './gradient-step.ts';
import { NonFiniteError } from './non-finite.ts';
import { drawNoise } from './variational.ts';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  readonly variables: NamedVariables;
  readonly modelAt: (x: Tensor2D) => LatentModel;
  readonly noise: Noise;
  readonly data: DataPoints;
  /** Importance samples S for each data point. */
  readonly samples: number;
  readonly key: Key;
  readonly engine?: Engine;
  /** Threads that data points are spread over; the numbers do not depend on it. Default 1. */
  readonly threads?: number;
  /** Told after each data point how many are done. */
  readonly onProgress?: (done: number) => void;
  /** Begins no further data point; those under way are finished. */
  readonly signal?: AbortSignal;
}

/** Means over the data points that were evaluated; nats. */
export interface Evaluation {
  /** Data points evaluated. */
  readonly images: number;
  readonly samples: number;
  /** Evidence lower bound (negative), mean over images and samples. */
  readonly elbo: number;
  readonly elboStandardError: number;
  /** −log p(x) estimated with S samples (an upper bound in expectation), mean over images. */
  readonly nll: number;
  /** Standard error of `nll` over images. */
  readonly nllStandardError: number;
  /** The bound's terms, means over images and samples. */
  readonly terms: Readonly<Record<string, number>>;
}

/** Samples in one run of the graph: enough to keep the products busy, little enough to stay in cache. Bounds memory whatever S is. */
const CHUNK = 500;

/**
 * Estimates the ELBO and −log p(x) by importance sampling from q(z|x), streamed over data points and samples.
 *
 * Image i's samples depend on the key and i only. With S samples log p̂(x) is biased low by about Var(w)/(2S·E[w]²), so S belongs to the number.
 * @see Rezende et al. 2014, arXiv:1401.4082, appendix E
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { samples, onProgress } = options;
  const runner = await functionRunner(chunkOf(options), options);
  const nlls = new Moments();
  const elbos = new Moments();
  const termSums: Record<string, number> = {};
  let estimate = new LogMeanExp();
  try {
    const results = inOrder(jobsOf(options), runner.width, starterOf(options, runner));
    for await (const [{ image, isLast }, { logWeight, ...terms }] of results) {
      estimate.add(logWeight!);
      for (const [name, values] of Object.entries(terms))
        termSums[name] = (termSums[name] ?? 0) + sum(values) / samples;
      if (!isLast) continue;
      refuseNonFiniteEstimate(estimate.logMean, image);
      nlls.add(-estimate.logMean);
      elbos.add(estimate.mean);
      estimate = new LogMeanExp();
      onProgress?.(image + 1);
    }
  } finally {
    await runner.dispose();
  }
  const terms = Object.fromEntries(Object.entries(termSums).map(([name, total]) => [name, total / nlls.count]));
  return {
    images: nlls.count,
    samples,
    elbo: elbos.mean,
    elboStandardError: elbos.standardError,
    nll: nlls.mean,
    nllStandardError: nlls.standardError,
    terms,
  };
}

/** −∞ is an estimate (every weight was 0 in float32); NaN and ∞ are not. */
function refuseNonFiniteEstimate(logMean: number, index: number): void {
  if (!Number.isNaN(logMean) && logMean !== Number.POSITIVE_INFINITY) return;
  throw new NonFiniteError({
    where: `evaluate: data point ${index}`,
    expected: 'a finite estimate of log p(x)',
    received: String(logMean),
    remedy: 'the model is broken: train it again with a lower learning rate',
  });
}

function chunkSizes(samples: number): number[] {
  const full = new Array<number>(Math.floor(samples / CHUNK)).fill(CHUNK);
  const rest = samples % CHUNK;
  return rest ? [...full, rest] : full;
}

/** Some samples of one data point. */
interface Job {
  readonly image: number;
  readonly chunk: number;
  readonly size: number;
  /** Whether the data point is complete with it. */
  readonly isLast: boolean;
}

function* jobsOf({ data, samples, signal }: EvaluateOptions): Generator<Job> {
  const sizes = chunkSizes(samples);
  for (let image = 0; image < data.count && !signal?.aborted; image++) {
    for (const [chunk, size] of sizes.entries()) yield { image, chunk, size, isLast: chunk === sizes.length - 1 };
  }
}

/** Log-weights and their terms, as a function of one data point and noise. */
const chunkOf =
  ({ modelAt }: EvaluateOptions): Traceable =>
  ({ x, noise }) =>
    importanceChunk(modelAt(x as Tensor2D), noise as Tensor2D);

/** Draws a job's noise and begins its run. */
function starterOf({ data, noise, key, samples }: EvaluateOptions, runner: FunctionRunner) {
  const buffer = new Float32Array(Math.min(CHUNK, samples) * noise.width);
  return ({ image, chunk, size }: Job) => {
    const drawn = buffer.subarray(0, size * noise.width);
    drawNoise(noise.kind, fold(fold(key, image), chunk), drawn);
    return runner.run({ x: data.row(image), noise: drawn }, { x: [1, data.width], noise: [size, noise.width] });
  };
}

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

/** Streaming mean and standard error (Welford). */
class Moments {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count++;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.#squares += delta * (value - this.mean);
  }

  get standardError(): number {
    return Math.sqrt(this.#squares / (this.count - 1) / this.count);
  }
}
