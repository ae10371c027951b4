// The test bound and importance-sampled log p(x), one data point at a time: its samples share one row of posterior parameters.
import type { Arrays } from '@flowvae/compiler';
import type { Noise } from '@flowvae/distributions';
import { importanceChunk, type LatentModel, LogMeanExp } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import type { NamedVariables, Tensor, Tensor2D } from '@flowvae/tensor';
import type { DataPoints } from './data-points.ts';
import { functionRunner } from './function-runner.ts';
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
  readonly threads?: number;
  /** Told after each data point how many are done. */
  readonly onProgress?: (done: number) => void;
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

/** Evaluates log-weights and their terms for samples of one data point. */
type ChunkRunner = (x: Float32Array, noise: Float32Array, samples: number) => Promise<Arrays>;

/**
 * Estimates the ELBO and −log p(x) by importance sampling from q(z|x), streamed over data points and samples.
 *
 * Image i's samples depend on the key and i only. With S samples log p̂(x) is biased low by about Var(w)/(2S·E[w]²), so S belongs to the number.
 * @see Rezende et al. 2014, arXiv:1401.4082, appendix E
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { data, samples, key, noise, onProgress, signal } = options;
  const { run, dispose } = await chunkRunner(options);
  const nlls = new Moments();
  const elbos = new Moments();
  const termSums: Record<string, number> = {};
  const sizes = chunkSizes(samples);
  const buffer = new Float32Array(Math.max(...new Set(sizes)) * noise.width);
  try {
    for (let i = 0; i < data.count && !signal?.aborted; i++) {
      const estimate = new LogMeanExp();
      const imageKey = fold(key, i);
      for (const [chunk, size] of sizes.entries()) {
        const drawn = buffer.subarray(0, size * noise.width);
        drawNoise(noise.kind, fold(imageKey, chunk), drawn);
        const { logWeight, ...terms } = await run(data.row(i), drawn, size);
        estimate.add(logWeight!);
        for (const [name, values] of Object.entries(terms))
          termSums[name] = (termSums[name] ?? 0) + sum(values) / samples;
      }
      refuseNonFiniteEstimate(estimate.logMean, i);
      nlls.add(-estimate.logMean);
      elbos.add(estimate.mean);
      onProgress?.(i + 1);
    }
  } finally {
    await dispose();
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

async function chunkRunner(options: EvaluateOptions): Promise<{ run: ChunkRunner; dispose: () => Promise<void> }> {
  const { variables, modelAt, engine = 'compiled', threads = 1, noise } = options;
  const chunk = ({ x, noise: drawn }: Readonly<Record<string, Tensor>>) =>
    importanceChunk(modelAt(x as Tensor2D), drawn as Tensor2D);
  const runner = await functionRunner(chunk, { variables, engine, threads });
  return {
    run: (x, drawn, samples) => runner.run({ x, noise: drawn }, { x: [1, x.length], noise: [samples, noise.width] }),
    dispose: runner.dispose,
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
