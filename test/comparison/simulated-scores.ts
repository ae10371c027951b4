// Scores of made-up methods whose true differences are known.
import { drawNormal, fold, type Key } from '@flowvae/random';

/** Draws of a distribution with mean 0, by its name. */
const tails = {
  normal: (key: Key, n: number) => drawNormal(key, n),
  /** Student's t with 3 degrees of freedom: its fourth moment is infinite. */
  heavy: (key: Key, n: number) => {
    const rows = drawNormal(key, 4 * n);
    return Float32Array.from({ length: n }, (_, i) => {
      const [z, a, b, c] = rows.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      return z / Math.sqrt((a * a + b * b + c * c) / 3);
    });
  },
  /** Log-normal about its mean: skewed. */
  skewed: (key: Key, n: number) => drawNormal(key, n).map((z) => Math.exp(z) - Math.exp(0.5)),
} as const;

/** The deviations of the parts of a score. */
export interface Simulation {
  /** Mean score of each method. */
  readonly means: readonly number[];
  readonly seeds: number;
  readonly points: number;
  /** Of the method's difference from the others at a data point. */
  readonly pair: number;
  /** Between the trained models of a method. */
  readonly seed: number;
  /** Of a trained model at a data point. */
  readonly interaction: number;
  readonly tail: keyof typeof tails;
}

/** Easy and hard data points, for all methods alike: it must cancel. */
const COMMON = 15;

/** Scores [methods][S][N]: μ + α_seed + β_point + γ_method,point + ε. */
export function simulatedScores(simulation: Simulation, key: Key): Float64Array[][] {
  const { means, seeds, points, pair, seed, interaction, tail } = simulation;
  const common = drawNormal(fold(key, 'common'), points);
  return means.map((mean, m) => {
    const own = tails[tail](fold(key, 'own', m), points);
    const shift = drawNormal(fold(key, 'seed', m), seeds);
    return Array.from({ length: seeds }, (_, s) => {
      const residual = tails[tail](fold(key, 'residual', m, s), points);
      return Float64Array.from(
        common,
        (x, i) => mean + COMMON * x + seed * shift[s]! + pair * own[i]! + interaction * residual[i]!,
      );
    });
  });
}
