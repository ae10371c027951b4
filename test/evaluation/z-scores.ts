// Distances of random estimates from exact values, in standard errors.

/** (mean of the values − exact) / standard error of the mean, by the values' own spread. */
export function zScore(values: readonly number[], exact: number): number {
  const mean = average(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return (mean - exact) / Math.sqrt(variance / values.length);
}

export const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Faults of z-scores, which should be those of unbiased estimates: of a hundred standard normals the largest is below
 * 4, and their root mean square is near 1, below 1.5 also where many are correlated.
 */
export function faultsOfScores(what: string, zScores: readonly number[]): string[] {
  const largest = Math.max(...zScores.map(Math.abs));
  const size = Math.sqrt(average(zScores.map((z) => z ** 2)));
  return [
    ...(largest < 4 ? [] : [`${what}: a z-score of ${largest.toFixed(1)}`]),
    ...(size < 1.5 ? [] : [`${what}: z-scores of size ${size.toFixed(2)}`]),
  ];
}
