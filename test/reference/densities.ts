// Log-densities and Kullback-Leibler divergences in float64, from their definitions; writes densities.json. All in
// nats.
//
//   normal:     log N(x; μ, σ²) = −½·((x − μ)/σ)² − log σ − ½·log 2π
//   Bernoulli:  log p(x; ℓ) = −x·softplus(−ℓ) − (1 − x)·softplus(ℓ), ℓ the logit; for x in [0, 1] both terms have one
//   sign KL(N(μ, σ²) ‖ N(0, 1)) = ½·(μ² + v − log(1 + v)), v = σ² − 1
import { commitWhenRun } from './committed-json.ts';

const HALF_LOG_TWO_PI = 0.9189385332046727;

/** log N(x; mean, sd²). */
export function normalLogDensity(x: number, mean: number, sd: number): number {
  return -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - HALF_LOG_TWO_PI;
}

/** log N(x; 0, 1). */
export function standardNormalLogDensity(x: number): number {
  return -0.5 * x * x - HALF_LOG_TWO_PI;
}

const softplus = (a: number) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/**
 * x·log p + (1 − x)·log(1 − p) with p = sigmoid(logit); x in [0, 1] (grey values too, where it is no normalised
 * density).
 */
export function bernoulliLogDensity(x: number, logit: number): number {
  const ifOne = x === 0 ? 0 : x * softplus(-logit);
  const ifZero = x === 1 ? 0 : (1 - x) * softplus(logit);
  return -(ifOne + ifZero);
}

/** v − log(1 + v) with v = sd² − 1, by its series v²/2 − v³/3 + … near 0, where the two cancel. */
function excessOverLog(sd: number): number {
  const v = (sd - 1) * (sd + 1);
  if (Math.abs(v) > 0.25) return v - 2 * Math.log(sd);
  let sum = 0;
  for (let n = 30; n >= 2; n--) sum = sum * -v + 1 / n;
  return sum * v * v;
}

/** KL(N(mean, sd²) ‖ N(0, 1)); ≥ 0, and 0 only at mean 0, sd 1. */
export function normalKlToStandard(mean: number, sd: number): number {
  return 0.5 * (mean * mean + excessOverLog(sd));
}

/**
 * One table of densities.json: inputs by name and the value of every element and of every row, [B, D] and [B],
 * row-major.
 */
interface DensityCase {
  readonly name: 'standardNormal' | 'diagonalNormal' | 'bernoulli' | 'normalKlToStandard';
  readonly batch: number;
  readonly dim: number;
  /** [B, D] each: `x`; `mean` and `sd`; `logits`. */
  readonly inputs: Readonly<Partial<Record<'x' | 'mean' | 'sd' | 'logits', ArrayLike<number>>>>;
  /** [B, D] */
  readonly elements: readonly number[];
  /** [B], the sums over D. */
  readonly values: readonly number[];
}

/** densities.json. */
export interface DensityReference {
  readonly madeBy: string;
  readonly cases: readonly DensityCase[];
}

type Rows = readonly (readonly number[])[];

/** Applies `f` to the columns of inputs, each rounded to float32. */
function tabulated(
  name: DensityCase['name'],
  rows: Readonly<Partial<Record<'x' | 'mean' | 'sd' | 'logits', Rows>>>,
  f: (...inputs: number[]) => number,
): DensityCase {
  const first = Object.values(rows)[0]!;
  const [batch, dim] = [first.length, first[0]!.length];
  const inputs = Object.fromEntries(
    Object.entries(rows).map(([key, table]) => [key, Float32Array.from(table.flat())] as const),
  );
  const columns = Object.values(inputs);
  const elements = Array.from({ length: batch * dim }, (_, i) => f(...columns.map((column) => column[i]!)));
  const values = Array.from({ length: batch }, (_, row) =>
    elements.slice(row * dim, (row + 1) * dim).reduce((sum, element) => sum + element, 0),
  );
  return { name, batch, dim, inputs, elements, values };
}

// Rows keep like with like, so that a sum does not hide its small elements.
const POINTS: Rows = [
  [0, 0.25, -0.5, 1],
  [-1.5, 2, 3.3, -4.1],
  [0.001, -0.02, 1e-6, 0.3],
  [8, -12, 20, -37.5],
  [0.7, 0.7, -0.7, 1.1],
  [100, -250, 30, 60],
];
const MEANS: Rows = [
  [0, 0, 0, 0],
  [-1, 2.5, 3, -0.1],
  [0.001, -0.0199, 0, 0.30001],
  [7.5, 12, 19, -40],
  [0.7, -0.7, 0.1, 5],
  [-100, 250, 10, 61],
];
const DEVIATIONS: Rows = [
  [1, 1, 1, 1],
  [0.5, 2, 0.7, 1.3],
  [0.001, 0.0001, 1e-5, 0.01],
  [3, 10, 0.1, 25],
  [0.05, 0.999, 1.001, 100],
  [1000, 200, 0.9, 1e-2],
];

const BITS: Rows = [
  [0, 1, 1, 0],
  [1, 0, 1, 0],
  [1, 0, 0, 1],
  [0, 1, 0, 1],
  [0, 0, 1, 1],
  [1, 0, 1, 0],
];
const GREYS: Rows = [
  [0.5, 0.25, 0.75, 0.1],
  [0.5, 0.001, 0.999, 0.3],
  [0.9, 0.2, 0.004, 0.6],
  [0.5, 0.5, 0.125, 0.7],
  [0, 0.4, 1, 0.8],
  [1, 0.05, 0.95, 0],
];
const LOGITS: Rows = [
  [0, 0, 1, -1],
  [100, -100, -100, 100],
  [-3, 2.5, 0.01, -0.3],
  [16, -16, 17.5, -18],
  [-88, 89, 88, -89],
  [30, -30, -45.5, 60],
];

const KL_MEANS: Rows = [
  [0, 0, 0, 0],
  [0.001, -0.001, 0.0001, 0],
  [-1, 2.5, 0.3, -0.1],
  [10, -30, 4, 0.5],
  [0, 0, 0, 0],
  [0, 1, -2, 0.01],
];
const KL_DEVIATIONS: Rows = [
  [1, 0.5, 2, 0.7],
  [1, 1.001, 0.9999, 1.0000002],
  [0.1, 0.25, 1.3, 3],
  [1, 20, 0.01, 100],
  [1e-4, 1e-6, 1000, 1e-3],
  [0.87, 1.12, 1.118, 0.99],
];

/** Everything in densities.json. */
export function densityReference(): DensityReference {
  const cases = [
    tabulated('standardNormal', { x: POINTS }, standardNormalLogDensity),
    tabulated('diagonalNormal', { x: POINTS, mean: MEANS, sd: DEVIATIONS }, normalLogDensity),
    tabulated('bernoulli', { x: [...BITS, ...GREYS], logits: [...LOGITS, ...LOGITS] }, bernoulliLogDensity),
    tabulated('normalKlToStandard', { mean: KL_MEANS, sd: KL_DEVIATIONS }, normalKlToStandard),
  ];
  return { madeBy: 'test/reference/densities.ts', cases };
}

commitWhenRun(import.meta.url, 'densities', densityReference);
