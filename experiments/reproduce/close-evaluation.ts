// −ln p(x) of all test images by many importance samples, of which only the first images are given so many.
import { type ExperimentDefinition, evaluateTest, openRun, type ProgressStream } from 'flowvae';

/** A mean over images and its standard error, nats. */
interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** Options of {@link closeEvaluation}. */
export interface CloseEvaluationOptions {
  readonly runFolder: string;
  /** −ln p(x) of `images` images by the run's own number of samples. */
  readonly all: Estimate & { readonly images: number };
  /** Importance samples of the closer estimate. */
  readonly samples: number;
  /** How many of the images, from the first, are given so many. */
  readonly images: number;
  /** The experiment of the run, where it has one of its own. */
  readonly experiment?: ExperimentDefinition | undefined;
  readonly progress: ProgressStream;
  readonly signal: AbortSignal;
}

/**
 * Two-phase sampling: all N images get few samples, the first n also many, and a regression of the one value on the
 * other transfers the effect of many samples to the other images. An image's two values are strongly correlated, so few
 * images suffice. Undefined after a stop.
 */
export async function closeEvaluation(options: CloseEvaluationOptions): Promise<Estimate | undefined> {
  const { runFolder, all, samples, experiment, progress, signal } = options;
  const evalImages = Math.min(options.images, all.images);
  const nlls = async (changes: { readonly evalSamples?: number }) => {
    const { parts } = await openRun(runFolder, { evalImages, ...changes }, { experiment });
    const found: number[] = [];
    await evaluateTest(parts, { progress, signal, onEstimate: (_, { logEvidence }) => found.push(-logEvidence) });
    return found;
  };
  const few = await nlls({});
  const many = await nlls({ evalSamples: samples });
  return signal.aborted ? undefined : regressionEstimate(all, few, many);
}

/**
 * ȳ_n + b·(x̄_N − x̄_n), x by few and y by many samples, b the slope of y on x among the n: where the n are easier than
 * the rest, as the first of MNIST's test images are, the slope makes up for it. The variance is S_e²·(1/n + (x̄_N −
 * x̄_n)²/Σ(x − x̄_n)²) + b²·S_x²/N with S_e² that of the residuals. Where n = N the mean is ȳ. It holds where y is
 * linear in x on average; which of equally hard images are among the n is no matter.
 * @param all mean and standard error of x over all N
 * @param few x of the n
 * @param many y of the same n, in their order
 * @see Cochran, Sampling Techniques (3rd edition, 1977), chapter 12 (regression in double sampling)
 */
export function regressionEstimate(all: Estimate, few: readonly number[], many: readonly number[]): Estimate {
  const n = few.length;
  const [meanFew, meanMany] = [mean(few), mean(many)];
  const [spread, together] = [products(few, few), products(few, many)];
  const slope = spread > 0 ? together / spread : 1;
  const distance = all.mean - meanFew;
  const residual = Math.max(0, products(many, many) - slope * together) / Math.max(1, n - 2);
  const variance = residual * (1 / n + (spread > 0 ? distance ** 2 / spread : 0)) + (slope * all.standardError) ** 2;
  return { mean: meanMany + slope * distance, standardError: Math.sqrt(variance) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Σ (a − ā)(b − b̄) */
function products(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0);
}
