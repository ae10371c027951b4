// The scores of one method: its trained models (seeds) at the same data points.
import { meanOf, summarise } from '../summary.ts';

/** Scores [S][N]: one array for each seed, each with a score for each data point. */
export type Scores = readonly ArrayLike<number>[];

/** The parts of a method's scores that its differences need. */
export interface MethodScores {
  /** S. */
  readonly seeds: number;
  /** Mean over data points, for each seed. */
  readonly bySeed: Float64Array;
  /** Mean over seeds, for each data point. */
  readonly byPoint: Float64Array;
  /** Variance of `bySeed`; NaN of one seed. */
  readonly seedVariance: number;
  /**
   * Variance of the residuals x_si − m_s − m_i + m (m: means over points, over seeds, over both), the interaction of
   * seeds and data points; NaN of one seed or one data point.
   */
  readonly interaction: number;
}

/** Takes a method's scores apart. @throws RangeError for seeds with different numbers of data points */
export function methodScores(scores: Scores): MethodScores {
  const seeds = scores.length;
  const points = scores[0]?.length ?? 0;
  for (const { length } of scores) {
    if (length !== points) throw new RangeError(`methodScores: a seed: expected ${points} data points, got ${length}`);
  }
  const byPoint = Float64Array.from({ length: points }, (_, i) => meanOf(scores.map((row) => row[i]!)));
  const bySeed = Float64Array.from(scores, meanOf);
  const { mean, sd } = summarise(bySeed);
  let squares = 0;
  scores.forEach((row, s) => {
    for (let i = 0; i < points; i++) squares += (row[i]! - bySeed[s]! - byPoint[i]! + mean) ** 2;
  });
  const degrees = (seeds - 1) * (points - 1);
  return { seeds, bySeed, byPoint, seedVariance: sd * sd, interaction: degrees > 0 ? squares / degrees : Number.NaN };
}
