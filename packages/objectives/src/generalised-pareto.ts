// The generalised Pareto distribution fitted to exceedances over a threshold.

/** Survival function (1 + k·x/σ)^(−1/k) for x ≥ 0; moments of order 1/k and above are infinite. */
export interface GeneralisedPareto {
  /** Shape k. */
  readonly shape: number;
  /** Scale σ > 0. */
  readonly scale: number;
}

/** x ≥ 0 with P(X ≤ x) = p: σ·((1 − p)^(−k) − 1)/k, at k = 0 the limit −σ·log(1 − p). */
export function generalisedParetoQuantile({ shape, scale }: GeneralisedPareto, p: number): number {
  const exponential = -Math.log1p(-p);
  return scale * (Math.abs(shape) < Number.EPSILON ? exponential : Math.expm1(shape * exponential) / shape);
}

/**
 * Fits shape and scale to positive exceedances, by the posterior mean of b = −k/σ under a prior made from the data.
 *
 * With the profile k(b) = mean log(1 − b·x) the log-likelihood is ℓ(b) = n·(log(−b/k) − k − 1). It is averaged over m =
 * 30 + ⌊√n⌋ points b_j = 1/x₍ₙ₎ + (1 − √(m/(j − ½)))/(3·x₍q₎), x₍q₎ the first quartile. No iterations, so no failures;
 * accurate for k from −0.5 to 1 and above.
 * @param exceedances each > 0, in any order, five or more of them
 * @see Zhang & Stephens 2009, Technometrics 51(3), section 3
 */
export function fitGeneralisedPareto(exceedances: ArrayLike<number>): GeneralisedPareto {
  const x = Float64Array.from(exceedances).sort();
  const n = x.length;
  const quartile = x[Math.floor(n / 4 + 0.5) - 1]!;
  const m = 30 + Math.floor(Math.sqrt(n));
  const b = Float64Array.from({ length: m }, (_, j) => 1 / x[n - 1]! + (1 - Math.sqrt(m / (j + 0.5))) / (3 * quartile));
  const logLikelihoods = b.map((value) => n * profile(value, x));
  const largest = logLikelihoods.reduce((a, value) => Math.max(a, value));
  let [total, weighted] = [0, 0];
  for (const [j, logLikelihood] of logLikelihoods.entries()) {
    const weight = Math.exp(logLikelihood - largest);
    total += weight;
    weighted += weight * b[j]!;
  }
  const mean = weighted / total;
  const shape = shapeAt(mean, x);
  return { shape, scale: mean === 0 ? meanOf(x) : -shape / mean };
}

/** k(b) = mean log(1 − b·x) */
function shapeAt(b: number, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.log1p(-b * x[i]!);
  return sum / x.length;
}

/** Log-likelihood of an exceedance, on average; at b = 0 that of the exponential distribution, the limit. */
function profile(b: number, x: Float64Array): number {
  const k = shapeAt(b, x);
  return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k - 1;
}

const meanOf = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
