// log Γ, digamma and trigamma in float64: recurrences up to 20, then Stirling's series with Bernoulli's numbers.
// Abramowitz & Stegun 1964, 6.1.40, 6.3.18 and 6.4.12. Near its zeros 1 and 2 log Γ is the integral of digamma from
// there, so that the relative error holds. Imported by tests; writes no file.

/** Bernoulli's numbers B₂, B₄, … */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

const FROM = 20;

/** The arguments x, x + 1, … below 20, and the first one beyond. */
function raised(x: number): { readonly steps: readonly number[]; readonly y: number } {
  const steps = Array.from({ length: Math.max(0, Math.ceil(FROM - x)) }, (_, k) => x + k);
  return { steps, y: x + steps.length };
}

const seriesOf = (term: (b: number, n: number) => number): number =>
  bernoulli.reduce((sum, b, i) => sum + term(b, 2 * (i + 1)), 0);

export function digammaReference(x: number): number {
  const { steps, y } = raised(x);
  const atY = Math.log(y) - 1 / (2 * y) - seriesOf((b, n) => b / (n * y ** n));
  return steps.reduceRight((sum, step) => sum - 1 / step, atY);
}

export function trigammaReference(x: number): number {
  const { steps, y } = raised(x);
  const atY = 1 / y + 1 / (2 * y * y) + seriesOf((b, n) => b / y ** (n + 1));
  return steps.reduceRight((sum, step) => sum + 1 / step ** 2, atY);
}

/** Nodes and weights of Gauss–Legendre's rule of order 5 on [0, 1]. */
const rule = [
  [0.046_910_077_030_668, 0.118_463_442_528_094_5],
  [0.230_765_344_947_158_4, 0.239_314_335_249_683_2],
  [0.5, 0.284_444_444_444_444_4],
  [0.769_234_655_052_841_6, 0.239_314_335_249_683_2],
  [0.953_089_922_969_332, 0.118_463_442_528_094_5],
] as const;

export function logGammaReference(x: number): number {
  const zero = [1, 2].find((each) => Math.abs(x - each) < 0.01);
  if (zero !== undefined) {
    return rule.reduce(
      (sum, [node, weight]) => sum + weight * (x - zero) * digammaReference(zero + node * (x - zero)),
      0,
    );
  }
  const { steps, y } = raised(x);
  const atY =
    (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + seriesOf((b, n) => b / (n * (n - 1) * y ** (n - 1)));
  return steps.reduceRight((sum, step) => sum - Math.log(step), atY);
}
