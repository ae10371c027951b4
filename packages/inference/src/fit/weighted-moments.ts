// Means and standard deviations of columns by weighted draws, with Monte-Carlo errors.

/** Moments of one column, each with its standard error. */
export interface ColumnMoments {
  readonly mean: number;
  readonly meanError: number;
  readonly std: number;
  readonly stdError: number;
}

/** Rows of named columns. */
interface Table {
  readonly columns: readonly string[];
  /** [S, columns] */
  readonly values: ArrayLike<number>;
}

/**
 * Self-normalised moments by log-weights: mean m = Σ w̃·x, standard deviation s = (Σ w̃·(x − m)²)^½, w̃ = w/Σw.
 *
 * Standard errors: of m (Σ w̃²·(x − m)²)^½; of s (Σ w̃²·((x − m)² − s²)²)^½/(2s), by the delta method.
 * @param logWeights [S], nats, up to a constant
 * @see Owen 2013, "Monte Carlo theory, methods and examples", chapter 9, eqs. 9.6 and 9.8
 */
export function weightedMoments(
  { columns, values }: Table,
  logWeights: ArrayLike<number>,
): Readonly<Record<string, ColumnMoments>> {
  const weights = normalised(logWeights);
  const width = columns.length;
  return Object.fromEntries(
    columns.map((name, at) => {
      const column = Float64Array.from(weights, (_, i) => values[i * width + at]!);
      return [name, momentsOf(column, weights)];
    }),
  );
}

function normalised(logWeights: ArrayLike<number>): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logWeights.length; i++) largest = Math.max(largest, logWeights[i]!);
  const weights = Float64Array.from(logWeights, (value) => Math.exp(value - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function momentsOf(x: Float64Array, weights: Float64Array): ColumnMoments {
  const weighted = (f: (value: number, weight: number) => number) =>
    x.reduce((sum, value, i) => (weights[i] === 0 ? sum : sum + f(value, weights[i]!)), 0);
  const mean = weighted((value, weight) => weight * value);
  const variance = weighted((value, weight) => weight * (value - mean) ** 2);
  const std = Math.sqrt(variance);
  const ofVariance = Math.sqrt(weighted((value, weight) => (weight * ((value - mean) ** 2 - variance)) ** 2));
  return {
    mean,
    meanError: Math.sqrt(weighted((value, weight) => (weight * (value - mean)) ** 2)),
    std,
    stdError: std > 0 ? ofVariance / (2 * std) : 0,
  };
}
