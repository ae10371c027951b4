// Log-probabilities of one observed value in float64, from the papers' own forms. All in nats. Imported by tests;
// writes no file.
//
//   continuous Bernoulli:  C(λ)·λ^x·(1 − λ)^(1−x), C = 2·artanh(1 − 2λ)/(1 − 2λ), 2 at λ = ½ (Loaiza-Ganem & Cunningham
//   2019, section 3) logit-normal:          N(logit y; μ, α²)/(y·(1 − y)) (Rezende & Mohamed 2015, section 6.3)
//   logistic mixture:      Σ π_m·(F((v + 1/255 − μ)/s) − F((v − 1/255 − μ)/s)), F(t) = 1/(1 + e^−t) (Salimans et al.
//   2017, section 2.1)
//   Poisson:               λ^x·e^−λ/x!
//   negative binomial:     Γ(x + θ)/(Γ(θ)·x!)·(θ/(θ + μ))^θ·(μ/(θ + μ))^x (Lopez et al. 2018)
//   zero-inflated:         π + (1 − π)·p(0) at 0, (1 − π)·p(x) elsewhere
//   Student-t:             Γ((ν + 1)/2)/(Γ(ν/2)·√(πν)·σ)·(1 + y²/ν)^(−(ν + 1)/2), y = (x − μ)/σ
//   Laplace:               e^(−|x − μ|/b)/(2b)
import { normalLogDensity } from './densities.ts';
import { logGammaReference } from './gamma-functions.ts';

export const poissonLogProbability = (x: number, rate: number): number =>
  x * Math.log(rate) - rate - logGammaReference(x + 1);

/** θ is the inverse dispersion. */
export const negativeBinomialLogProbability = (x: number, mean: number, theta: number): number =>
  logGammaReference(x + theta) -
  logGammaReference(theta) -
  logGammaReference(x + 1) -
  theta * Math.log1p(mean / theta) -
  x * Math.log1p(theta / mean);

/** Of a count whose own log-probability is given. */
export function zeroInflatedLogProbability(x: number, own: number, logit: number): number {
  const zero = 1 / (1 + Math.exp(-logit));
  return x === 0 ? Math.log(zero + (1 - zero) * Math.exp(own)) : Math.log1p(-zero) + own;
}

export function studentTLogDensity(x: number, location: number, scale: number, dof: number): number {
  const y = (x - location) / scale;
  const constant = logGammaReference((dof + 1) / 2) - logGammaReference(dof / 2) - 0.5 * Math.log(Math.PI * dof);
  return constant - Math.log(scale) - ((dof + 1) / 2) * Math.log1p(y ** 2 / dof);
}

export const laplaceLogDensity = (x: number, location: number, scale: number): number =>
  -Math.abs(x - location) / scale - Math.log(2 * scale);

/** Any logit: artanh(1 − 2λ) = ½·log((1 − λ)/λ), and near λ = ½ artanh(v)/v = 1 + v²/3 + v⁴/5 + … */
export function continuousBernoulliLogDensity(x: number, logit: number): number {
  const [logLambda, logOther] = [-Math.log1p(Math.exp(-logit)), -Math.log1p(Math.exp(logit))];
  const v = 1 - 2 * Math.exp(logLambda);
  const ratio = Math.abs(v) < 1e-2 ? 1 + v ** 2 / 3 + v ** 4 / 5 + v ** 6 / 7 : (logOther - logLambda) / (2 * v);
  return Math.log(2 * ratio) + x * logLambda + (1 - x) * logOther;
}

/** Of y = ε + (1 − 2ε)·x, as a density of y. */
export function logitNormalLogDensity(x: number, mean: number, std: number): number {
  const y = 1e-4 + (1 - 2e-4) * x;
  const rest = 1e-4 + (1 - 2e-4) * (1 - x);
  return normalLogDensity(Math.log(y / rest), mean, std) - Math.log(y * rest);
}

/** Of level k, k/255 = x. */
export function categoricalLogProbability(x: number, logits: readonly number[]): number {
  const largest = Math.max(...logits);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return logits[Math.round(255 * x)]! - largest - Math.log(total);
}

const logistic = (t: number) => 1 / (1 + Math.exp(-t));

/** F(b) − F(a), from the tail in which both are small. */
const between = (a: number, b: number) => (a > 0 ? logistic(-a) - logistic(-b) : logistic(b) - logistic(a));

/** Of level k, k/255 = x, under components (weight, mean, scale). */
export function logisticMixtureLogProbability(
  x: number,
  components: readonly { readonly weight: number; readonly mean: number; readonly scale: number }[],
): number {
  const level = Math.round(255 * x);
  const total = components.reduce((sum, { weight }) => sum + weight, 0);
  const probability = components.reduce((sum, { weight, mean, scale }) => {
    const [from, to] = [(2 * level - 1) / 255 - 1, (2 * level + 1) / 255 - 1];
    const lower = level === 0 ? Number.NEGATIVE_INFINITY : (from - mean) / scale;
    const upper = level === 255 ? Number.POSITIVE_INFINITY : (to - mean) / scale;
    return sum + (weight / total) * between(lower, upper);
  }, 0);
  return Math.log(probability);
}
