// Evidence of the observed entries under a linear-Gaussian model in float64, in the units of the data. Imported by
// tests; writes no file.
//
//   x = s·(W·z + b + σ·ε) + c, z ~ N(0, I), s and c by variable; o the observed variables
//   log p(x_o) = log N(x_o; s_o·b_o + c_o, S_o(W_oW_oᵀ + σ²I)S_o); 0 where o is empty
//   p(z|x_o) = N(Λ⁻¹W_oᵀ(x'_o − b_o)/σ², Λ⁻¹), Λ = I + W_oᵀW_o/σ², x' = (x − c)/s
import { normalLogDensity } from './densities.ts';
import { cholesky, forwardSolve, type LinearGaussian, type Matrix } from './linear-gaussian.ts';

/** The units of the data; without standardisation s = 1, c = 0. */
export interface DataUnits {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** A row and the indices of its observed values. */
export interface ObservedRow {
  readonly x: readonly number[];
  readonly observed: readonly number[];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * b[i]!));

/** log p(x_o), exactly. */
export function observedEvidence(
  { weights, mean, sd }: LinearGaussian,
  { mean: centre, scale }: DataUnits,
  { x, observed }: ObservedRow,
): number {
  const covariance = observed.map((i) =>
    observed.map((j) => scale[i]! * scale[j]! * (dot(weights[i]!, weights[j]!) + (i === j ? sd * sd : 0))),
  );
  const l = cholesky(covariance);
  const whitened = forwardSolve(
    l,
    observed.map((i) => x[i]! - (scale[i]! * mean[i]! + centre[i]!)),
  );
  return sum(whitened.map((value, i) => normalLogDensity(value, 0, 1) - Math.log(l[i]![i]!)));
}

/** p(z|x_o): its mean, and R = L⁻ᵀ with R·Rᵀ its covariance, where L·Lᵀ = Λ. */
export function observedPosterior(
  { weights, mean, sd }: LinearGaussian,
  { mean: centre, scale }: DataUnits,
  { x, observed }: ObservedRow,
): { readonly mean: number[]; readonly root: Matrix } {
  const latent = Array.from(weights[0]!, (_, k) => k);
  const precision = latent.map((k) =>
    latent.map((m) => (k === m ? 1 : 0) + sum(observed.map((i) => weights[i]![k]! * weights[i]![m]!)) / (sd * sd)),
  );
  const l = cholesky(precision);
  const unit = (k: number) => latent.map((m) => (k === m ? 1 : 0));
  const inverseColumns = latent.map((k) => forwardSolve(l, unit(k))); // L⁻¹ by its columns; L⁻ᵀ by its rows
  const residual = observed.map((i) => (x[i]! - centre[i]!) / scale[i]! - mean[i]!);
  const projected = latent.map((k) => sum(observed.map((i, n) => weights[i]![k]! * residual[n]!)) / (sd * sd));
  const half = latent.map((row) => sum(latent.map((k) => inverseColumns[k]![row]! * projected[k]!)));
  return { mean: inverseColumns.map((column) => dot(column, half)), root: inverseColumns };
}
