// The test bound and importance-sampled log p(x), one data point at a time: its samples share one row of posterior
// parameters.
import type { InputShapes, Traceable } from '@flowvae/compiler';
import { drawNoise, type Noise } from '@flowvae/distributions';
import { importanceChunk, type LatentModel, LogMeanExp, paretoKThreshold, WeightTail } from '@flowvae/objectives';
import { fold } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import type { PointwiseOptions } from '@flowvae/training';
import { type FunctionRunner, functionRunner, inOrder, NonFiniteError } from '@flowvae/training';
import { Moments } from './moments.ts';

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends PointwiseOptions<ImportanceEstimate> {
  readonly modelAt: (x: Tensor2D) => LatentModel;
  /** The noise for a draw from the posterior. */
  readonly noise: Noise;
  /** Importance samples S for each data point. */
  readonly samples: number;
  /** Called after each data point with the number of finished ones. */
  readonly onProgress?: (done: number) => void;
  /** Stops the evaluation; data points in work are finished first. */
  readonly signal?: AbortSignal;
}

/** The importance-sampling estimates for one data point. */
export interface ImportanceEstimate {
  /** log p̂(x) = log (1/S) Σ w_s, nats. */
  readonly logEvidence: number;
  /** Mean log-weight, nats. */
  readonly elbo: number;
  /** (Σ w_s)² / Σ w_s², from 1 to S. */
  readonly effectiveSampleSize: number;
  /** max w_s / Σ w_s. */
  readonly maxNormalisedWeight: number;
  /**
   * Pareto k̂, the shape of the weights' tail; NaN for S below 21 and for weights that are all 0. See `paretoK` of
   * objectives.
   */
  readonly paretoK: number;
}

/** Means over the evaluated data points; nats. */
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
  /**
   * Mean over images of log p̂(x) − ELBO, which is −`nll` − `elbo`, nats: KL(q(z|x)‖p(z|x)) as S samples estimate it,
   * from below in expectation. Not finite where a weight is 0 in float32.
   */
  readonly inferenceGap: number;
  /**
   * Standard error of `inferenceGap` over images: much smaller than those of its two parts, because the parts are
   * correlated.
   */
  readonly inferenceGapStandardError: number;
  /** Effective sample size of the weights, mean over images: at most S. */
  readonly effectiveSampleSize: number;
  /** Share of the largest weight in the sum of an image's weights, mean over images. */
  readonly maxNormalisedWeight: number;
  /**
   * Share of images with k̂ above `paretoKThreshold(S)`: their estimates cannot be trusted. NaN for S below 21. An
   * image whose weights are all 0 has no k̂ and counts as above.
   */
  readonly paretoKAboveThreshold: number;
  /** The bound's terms, means over images and samples. */
  readonly terms: Readonly<Record<string, number>>;
}

/** Samples in one draw of noise and in one run of the graph; wide samples take several runs. */
const CHUNK = 500;

/**
 * Estimates the ELBO and −log p(x) by importance sampling from q(z|x), streamed over data points and samples.
 *
 * Image i's samples depend on the key and i only. Memory does not grow with images, samples or the size of the
 * likelihood's intermediate values (see RUN_BYTES). With S samples, log p̂(x) is biased low by about Var(w)/(2S·E[w]²):
 * report S with the number.
 * @see Rezende et al. 2014, arXiv:1401.4082, appendix E
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { samples, onProgress, onEstimate } = options;
  const runner = await functionRunner(chunkOf(options), options);
  const nlls = new Moments();
  const elbos = new Moments();
  const gaps = new Moments();
  const sizes = new Moments();
  const shares = new Moments();
  const aboveThreshold = new Moments();
  const termSums: Record<string, number> = {};
  let weights = new PointWeights(samples);
  try {
    const rows = rowsOfRun(options, runner);
    const results = inOrder(jobsOf(options, rows), runner.width, starterOf(options, runner));
    for await (const [{ image, size, isLast }, { logWeight, ...terms }] of results) {
      weights.add(logWeight!.subarray(0, size));
      for (const [name, values] of Object.entries(terms))
        termSums[name] = (termSums[name] ?? 0) + sum(values.subarray(0, size)) / samples;
      if (!isLast) continue;
      const estimate = weights.estimate();
      refuseNonFiniteEstimate(estimate.logEvidence, image);
      nlls.add(-estimate.logEvidence);
      elbos.add(estimate.elbo);
      gaps.add(estimate.logEvidence - estimate.elbo);
      sizes.add(estimate.effectiveSampleSize);
      shares.add(estimate.maxNormalisedWeight);
      aboveThreshold.add(isAbove(estimate.paretoK, samples));
      onEstimate?.(image, estimate);
      weights = new PointWeights(samples);
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
    inferenceGap: gaps.mean,
    inferenceGapStandardError: gaps.standardError,
    effectiveSampleSize: sizes.mean,
    maxNormalisedWeight: shares.mean,
    paretoKAboveThreshold: aboveThreshold.mean,
    terms,
  };
}

/** With fewer samples there is no k̂. */
const FEWEST_FOR_PARETO_K = 21;

/** 1 unless k̂ is known to be small enough, else 0; NaN where no image can have one. */
const isAbove = (k: number, samples: number) =>
  samples < FEWEST_FOR_PARETO_K ? Number.NaN : Number(!(k <= paretoKThreshold(samples)));

/** The weights of one data point, streamed; memory grows with √S only. */
class PointWeights {
  readonly #all = new LogMeanExp();
  readonly #tail: WeightTail;

  constructor(samples: number) {
    this.#tail = new WeightTail(samples);
  }

  add(logWeights: ArrayLike<number>): void {
    this.#all.add(logWeights);
    this.#tail.add(logWeights);
  }

  estimate(): ImportanceEstimate {
    const { logMean, mean, effectiveSampleSize, maxNormalisedWeight } = this.#all;
    const { paretoK } = this.#tail;
    return { logEvidence: logMean, elbo: mean, effectiveSampleSize, maxNormalisedWeight, paretoK };
  }
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

/** Samples in one run: a whole chunk, or a part of it. */
const rowsOfRun = ({ data, noise, samples }: EvaluateOptions, runner: FunctionRunner): number =>
  runner.rowsWithin(Math.min(CHUNK, samples), (size) => shapesOf(data.width, noise.width, size));

/** Some samples of one data point. */
interface Job {
  readonly image: number;
  /** The chunk, and the first sample in it. */
  readonly chunk: number;
  readonly first: number;
  readonly size: number;
  /** Computed rows, at least `size`: a part of a chunk is padded, so that one graph serves all parts. */
  readonly rows: number;
  /** Whether this job completes the data point. */
  readonly isLast: boolean;
}

function* jobsOf({ data, samples, signal }: EvaluateOptions, rows: number): Generator<Job> {
  const isWhole = rows === Math.min(CHUNK, samples);
  for (let image = 0; image < data.count && !signal?.aborted; image++) {
    for (let from = 0; from < samples; from += CHUNK) {
      const length = Math.min(CHUNK, samples - from);
      for (let first = 0; first < length; first += rows) {
        const size = Math.min(rows, length - first);
        const isLast = from + first + size === samples;
        yield { image, chunk: from / CHUNK, first, size, rows: isWhole ? size : rows, isLast };
      }
    }
  }
}

const shapesOf = (width: number, noiseWidth: number, size: number): InputShapes => ({
  x: [1, width],
  noise: [size, noiseWidth],
});

/** Log-weights and their terms, as a function of one data point and noise. */
const chunkOf =
  ({ modelAt }: EvaluateOptions): Traceable =>
  ({ x, noise }) =>
    importanceChunk(modelAt(x as Tensor2D), noise as Tensor2D);

/** Starts a job's run. The noise of a chunk is drawn once; each of its jobs takes a part. */
function starterOf({ data, noise, key, samples }: EvaluateOptions, runner: FunctionRunner) {
  const { kind, width } = noise;
  const buffer = new Float32Array(Math.min(CHUNK, samples) * width);
  return ({ image, chunk, first, size, rows }: Job) => {
    if (first === 0) drawNoise(kind, fold(fold(key, image), chunk), buffer); // the parts of a chunk come in order
    const own = new Float32Array(rows * width);
    own.set(buffer.subarray(first * width, (first + size) * width));
    return runner.run({ x: data.row(image), noise: own }, shapesOf(data.width, width, rows));
  };
}

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
