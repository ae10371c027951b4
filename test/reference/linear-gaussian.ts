// Linear-Gaussian latent variable model (probabilistic PCA) in float64, where everything is known exactly; writes
// linear-gaussian.json.
//
//   x = W·z + μ + σ·ε, z ~ N(0, I)      log p(x) = log N(x; μ, WWᵀ + σ²I)
//   p(z|x) = N(M⁻¹Wᵀ(x − μ), σ²M⁻¹), M = WᵀW + σ²I
//   Of all diagonal normals the one with the posterior's mean and variances σ²/M_ii has the largest ELBO; the gap is
//   KL = ½·(Σ log M_ii − log det M), the same at every x, and 0 where the columns of W are orthogonal.
// Tipping & Bishop 1999, "Probabilistic Principal Component Analysis"; Bishop 2006, section 10.1.2, for the variances.
import { commitWhenRun } from './committed-json.ts';
import { normalKlToStandard, normalLogDensity } from './densities.ts';
import { mulberry32, normals } from './inputs.ts';

/** A matrix by its rows. */
export type Matrix = readonly (readonly number[])[];

/** x = weights·z + mean + sd·ε. */
export interface LinearGaussian {
  /** W: one row per observed variable, one column per latent variable. */
  readonly weights: Matrix;
  readonly mean: readonly number[];
  readonly sd: number;
}

/** p(z|x). */
interface Posterior {
  readonly mean: number[];
  readonly covariance: Matrix;
  /** Lower triangular L with L·Lᵀ = covariance. */
  readonly cholesky: Matrix;
}

/** One model of linear-gaussian.json; arrays are flat and row-major; L latent and O observed variables, B points. */
interface LinearGaussianCase {
  readonly name: string;
  readonly latent: number;
  readonly observed: number;
  readonly batch: number;
  /** W, [O, L] */
  readonly weights: ArrayLike<number>;
  /** μ, [O] */
  readonly mean: ArrayLike<number>;
  /** σ */
  readonly sd: number;
  /** [B, O] */
  readonly x: ArrayLike<number>;
  /** log p(x), [B] */
  readonly logEvidence: readonly number[];
  /** [B, L] */
  readonly posteriorMean: readonly number[];
  /** The same at every x, [L, L]. */
  readonly posteriorCovariance: readonly number[];
  /** Its lower triangular Cholesky factor, [L, L]. */
  readonly posteriorCholesky: readonly number[];
  /** Variances of the best diagonal posterior, [L]; its mean is the posterior's. */
  readonly diagonalVariance: readonly number[];
  /** ELBO of the best diagonal posterior, [B]. */
  readonly diagonalElbo: readonly number[];
  /** logEvidence − diagonalElbo in closed form, the same at every x. */
  readonly diagonalGap: number;
  /** ELBO with the prior as posterior, [B]: another diagonal one, far from the best. */
  readonly priorElbo: readonly number[];
}

/** linear-gaussian.json. */
export interface LinearGaussianReference {
  readonly madeBy: string;
  readonly cases: readonly LinearGaussianCase[];
  /** The best diagonal normal q (variances 1 − r²) for p = N(0, [[1, r], [r, 1]]): KL(q ‖ p) = −½·log(1 − r²). */
  readonly correlation: {
    readonly r: readonly number[];
    readonly variance: readonly number[];
    readonly kl: readonly number[];
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((ai, i) => ai * b[i]!));
const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const product = (a: Matrix, b: Matrix): Matrix => a.map((row) => transpose(b).map((column) => dot(row, column)));
const timesVector = (a: Matrix, v: readonly number[]) => a.map((row) => dot(row, v));
const plusOnDiagonal = (a: Matrix, value: number): Matrix =>
  a.map((row, i) => row.map((aij, j) => (i === j ? aij + value : aij)));

/** The lower triangular L with L·Lᵀ = a, a symmetric and positive definite. */
export function cholesky(a: Matrix): Matrix {
  const l = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = a[i]![j]! - dot(l[i]!.slice(0, j), l[j]!.slice(0, j));
      l[i]![j] = i === j ? Math.sqrt(rest) : rest / l[j]![j]!;
    }
  }
  return l;
}

/** The solution x of l·x = v, l lower triangular. */
export function forwardSolve(l: Matrix, v: readonly number[]): number[] {
  const x: number[] = [];
  l.forEach((row, i) => {
    x.push((v[i]! - dot(row.slice(0, i), x)) / row[i]!);
  });
  return x;
}

/** The inverse of a symmetric positive definite matrix: (L⁻¹)ᵀ·L⁻¹. */
function inverse(a: Matrix): Matrix {
  const l = cholesky(a);
  const columns = a.map((_, j) =>
    forwardSolve(
      l,
      a.map((_, i) => (i === j ? 1 : 0)),
    ),
  );
  return columns.map((ci) => columns.map((cj) => dot(ci, cj)));
}

const logDeterminant = (a: Matrix) => 2 * sum(cholesky(a).map((row, i) => Math.log(row[i]!)));

/** M = WᵀW + σ²I; the posterior's precision is M/σ². */
const scaledPrecision = ({ weights, sd }: LinearGaussian) =>
  plusOnDiagonal(product(transpose(weights), weights), sd * sd);

/** log p(x), exactly. */
export function logEvidence(model: LinearGaussian, x: readonly number[]): number {
  const { weights, mean, sd } = model;
  const l = cholesky(plusOnDiagonal(product(weights, transpose(weights)), sd * sd));
  const whitened = forwardSolve(
    l,
    x.map((xi, i) => xi - mean[i]!),
  );
  return sum(whitened.map((value, i) => normalLogDensity(value, 0, 1) - Math.log(l[i]![i]!)));
}

/** p(z|x), exactly. */
export function posterior(model: LinearGaussian, x: readonly number[]): Posterior {
  const { weights, mean, sd } = model;
  const inverseOfM = inverse(scaledPrecision(model));
  const projected = timesVector(
    transpose(weights),
    x.map((xi, i) => xi - mean[i]!),
  );
  const covariance = inverseOfM.map((row) => row.map((value) => sd * sd * value));
  return { mean: timesVector(inverseOfM, projected), covariance, cholesky: cholesky(covariance) };
}

/** The ELBO E_q[log p(x|z)] − KL(q ‖ p(z)) of q = N(qMean, diag(qVariance)), in closed form. */
export function elboOfDiagonal(
  { weights, mean, sd }: LinearGaussian,
  x: readonly number[],
  q: { readonly mean: readonly number[]; readonly variance: readonly number[] },
): number {
  const logLikelihood = weights.map((row, i) => {
    const spread = dot(
      row.map((w) => w * w),
      q.variance,
    );
    return normalLogDensity(x[i]!, dot(row, q.mean) + mean[i]!, sd) - (0.5 * spread) / (sd * sd);
  });
  const kl = q.mean.map((mu, j) => normalKlToStandard(mu, Math.sqrt(q.variance[j]!)));
  return sum(logLikelihood) - sum(kl);
}

/** The variances σ²/M_ii of the best diagonal posterior. */
export function bestDiagonalVariance(model: LinearGaussian): number[] {
  return scaledPrecision(model).map((row, i) => (model.sd * model.sd) / row[i]!);
}

/** How far the best diagonal posterior's ELBO stays below log p(x): ½·(Σ log M_ii − log det M). */
export function diagonalGap(model: LinearGaussian): number {
  const m = scaledPrecision(model);
  return 0.5 * (sum(m.map((row, i) => Math.log(row[i]!))) - logDeterminant(m));
}

/** min over diagonal q of KL(q ‖ N(0, [[1, r], [r, 1]])). */
export function correlationKl(r: number): number {
  return -0.5 * Math.log1p(-r * r);
}

const rowsOf = (flat: ArrayLike<number>, width: number): Matrix =>
  Array.from({ length: flat.length / width }, (_, i) => Array.from({ length: width }, (_, j) => flat[i * width + j]!));

function solved(
  name: string,
  inputs: Readonly<Record<'weights' | 'mean' | 'x', Float32Array>> & { readonly sd: number },
): LinearGaussianCase {
  const observed = inputs.mean.length;
  const latent = inputs.weights.length / observed;
  const model = { weights: rowsOf(inputs.weights, latent), mean: Array.from(inputs.mean), sd: inputs.sd };
  const points = rowsOf(inputs.x, observed);
  const posteriors = points.map((x) => posterior(model, x));
  const variance = bestDiagonalVariance(model);
  const prior = { mean: variance.map(() => 0), variance: variance.map(() => 1) };
  return {
    name,
    latent,
    observed,
    batch: points.length,
    weights: inputs.weights,
    mean: inputs.mean,
    sd: inputs.sd,
    x: inputs.x,
    logEvidence: points.map((x) => logEvidence(model, x)),
    posteriorMean: posteriors.flatMap(({ mean }) => mean),
    posteriorCovariance: posteriors[0]!.covariance.flat(),
    posteriorCholesky: posteriors[0]!.cholesky.flat(),
    diagonalVariance: variance,
    diagonalElbo: points.map((x, i) => elboOfDiagonal(model, x, { mean: posteriors[i]!.mean, variance })),
    diagonalGap: diagonalGap(model),
    priorElbo: points.map((x) => elboOfDiagonal(model, x, prior)),
  };
}

/** Everything in linear-gaussian.json. */
export function linearGaussianReference(): LinearGaussianReference {
  const uniform = mulberry32(5);
  const draw = (count: number, scale = 1) => normals(uniform, count, scale);
  const orthogonalColumns = [1, 0.5, 0.5, -1, -1, 0.25, 0.5, 0.5, 0, 2]; // 0.5 − 0.5 − 0.25 + 0.25 + 0 = 0
  const correlations = [0, 0.1, 0.5, 0.9, 0.99, 0.999, -0.5, -0.99];
  return {
    madeBy: 'test/reference/linear-gaussian.ts',
    cases: [
      solved('general', { weights: draw(10), mean: draw(5), sd: 0.5, x: draw(30, 1.5) }),
      solved('orthogonal columns', {
        weights: Float32Array.from(orthogonalColumns),
        mean: draw(5),
        sd: 0.75,
        x: draw(30, 1.5),
      }),
      solved('three latents, little noise', { weights: draw(12), mean: draw(4), sd: 0.125, x: draw(24) }),
    ],
    correlation: {
      r: correlations,
      variance: correlations.map((r) => 1 - r * r),
      kl: correlations.map(correlationKl),
    },
  };
}

commitWhenRun(import.meta.url, 'linear-gaussian', linearGaussianReference);
