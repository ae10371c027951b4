// Goodness-of-fit statistics in float64, for the laws of random numbers.

/** Kolmogorov-Smirnov: √n·sup|F_n − F|. Above 1.95 in one of a thousand samples that do follow F. */
export function kolmogorovSmirnov(values: Float32Array, cdf: (x: number) => number): number {
  const sorted = Float32Array.from(values).sort();
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const p = cdf(sorted[i]!);
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
  }
  return Math.sqrt(n) * distance;
}

/** Pearson's chi-square of counts that should be equal, as a standard score: (χ² − df)/√(2·df), df = cells − 1. */
export function chiSquareScore(counts: ArrayLike<number>): number {
  const cells = Array.from(counts);
  const expected = cells.reduce((sum, count) => sum + count, 0) / cells.length;
  const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const df = cells.length - 1;
  return (chiSquare - df) / Math.sqrt(2 * df);
}

/** The mean of a power of each value. */
export function moment(values: Float32Array, power: number): number {
  return values.reduce((sum, value) => sum + value ** power, 0) / values.length;
}

/** Pearson's correlation times √n: a standard score where the two are independent. */
export function correlationScore(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [moment(a, 1), moment(b, 1)];
  const covariance = a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0) / a.length;
  const scale = Math.sqrt((moment(a, 2) - meanA ** 2) * (moment(b, 2) - meanB ** 2));
  return (Math.sqrt(a.length) * covariance) / scale;
}

/** Φ(x) = (1 + erf(x/√2))/2 by Taylor's series (|x| < 3) or the continued fraction of the tail: 1e-12 or better. */
export function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 60; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / (Math.abs(x) + fraction);
  const tail = density / (Math.abs(x) + fraction);
  return x > 0 ? 1 - tail : tail;
}
