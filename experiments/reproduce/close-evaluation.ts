// −ln p(x) of all test images by many importance samples, of which only the first images are given so many.
import { evaluateTest, openRun, type ProgressStream } from 'flowvae';

/** A mean over images and its standard error, nats. */
interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** What {@link closeEvaluation} is told. */
export interface CloseEvaluationOptions {
  readonly runFolder: string;
  /** −ln p(x) of `images` images by the run's own number of samples. */
  readonly all: Estimate & { readonly images: number };
  /** Importance samples of the closer estimate. */
  readonly samples: number;
  /** How many of the images, from the first, are given so many. */
  readonly images: number;
  readonly progress: ProgressStream;
  readonly signal: AbortSignal;
}

/**
 * The difference estimator of two-phase sampling: the mean over all N images by few samples, plus the mean difference that more samples make
 * on the first n. An image's two values move together, so the differences vary far less than the values, and few images tell them well.
 * Where n = N it is the plain mean; else mean and error hold where the first n images are a random part of the N. Undefined where it was stopped.
 * @see Cochran, Sampling Techniques (3rd edition, 1977), section 12.9 (regression in double sampling, here with slope 1)
 */
export async function closeEvaluation(options: CloseEvaluationOptions): Promise<Estimate | undefined> {
  const { runFolder, all, samples, progress, signal } = options;
  const evalImages = Math.min(options.images, all.images);
  const nlls = async (changes: { readonly evalSamples?: number }) => {
    const { parts } = openRun(runFolder, { evalImages, ...changes });
    const found: number[] = [];
    await evaluateTest(parts, progress, signal, (_, { logEvidence }) => found.push(-logEvidence));
    return found;
  };
  const few = await nlls({});
  const many = await nlls({ evalSamples: samples });
  return signal.aborted ? undefined : differenceEstimate(all, few, many);
}

/**
 * ȳ_N + d̄_n with d = many − few on n of the N images; variance S_y²/N + S_d²/n + 2·S_yd/N, since the n are among the N.
 *
 * @param all mean and standard error of y over all N
 * @param few y of the n
 * @param many the better values of the same n, in their order
 */
export function differenceEstimate(
  all: Estimate & { readonly images: number },
  few: readonly number[],
  many: readonly number[],
): Estimate {
  const differences = many.map((value, i) => value - few[i]!);
  const variance =
    all.standardError ** 2 +
    covariance(differences, differences) / differences.length +
    (2 * covariance(few, differences)) / all.images;
  return { mean: all.mean + mean(differences), standardError: Math.sqrt(Math.max(0, variance)) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0) / (a.length - 1);
}
