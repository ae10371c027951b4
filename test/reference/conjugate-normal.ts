// Conjugate normal model in float64, where every bound is known: in closed form, or by quadrature; writes
// conjugate-normal.json.
//
//   z ~ N(μ₀, τ²), x_i ~ N(z, s²), i = 1 … n     log p(x) = Σ log p(x_i | x_1 … x_{i−1}), each a normal: N(m, v + s²)
//   with the posterior N(m, v) of the observations before it; p(z|x) is the posterior after the last one.
//   For q = N(m, σ²): ELBO = E_q log p(x|z) − KL(q ‖ N(μ₀, τ²)), KL(p(z|x) ‖ q) and their gradients by (m, log σ) in
//   closed form. Bounds of two samples, E log(½(w(ε₁) + w(ε₂))) (IWAE) and (1 − α)⁻¹ E log(½(w^(1−α)(ε₁) +
//   w^(1−α)(ε₂))) (Rényi) with z = m + σε, by the trapezoid rule on [−9, 9]², which converges exponentially for such
//   integrands; gradients by central differences.
// Murphy 2007, "Conjugate Bayesian analysis of the Gaussian distribution", section 2; Burda et al. 2016, eq. 8; Li &
// Turner 2016, eq. 5.
import { commitWhenRun } from './committed-json.ts';
import { normalLogDensity } from './densities.ts';

/** z ~ N(priorMean, priorSd²), x_i ~ N(z, sd²). */
export interface ConjugateNormal {
  readonly priorMean: number;
  readonly priorSd: number;
  readonly sd: number;
}

/** N(mean, sd²) of the latent. */
export interface Normal {
  readonly mean: number;
  readonly sd: number;
}

/** A bound's value and its gradient by the mean and the log standard deviation of q. */
interface Valued {
  readonly value: number;
  readonly mean: number;
  readonly logSd: number;
}

/** Bounds of one q at one data point; nats. */
interface BoundsCase extends Normal {
  readonly name: string;
  readonly elbo: Valued;
  /** KL(p(z|x) ‖ q). */
  readonly inclusiveKl: Valued;
  /** Two samples. */
  readonly iwae2: Valued;
  /** Two samples, α = ½. */
  readonly renyi2: Valued;
}

/** conjugate-normal.json. */
export interface ConjugateNormalReference extends ConjugateNormal {
  readonly madeBy: string;
  /** [n] */
  readonly x: readonly number[];
  readonly logEvidence: number;
  readonly posterior: Normal;
  readonly cases: readonly BoundsCase[];
}

/** p(z | x) and log p(x), one observation after the other. */
export function solve({ priorMean, priorSd, sd }: ConjugateNormal, x: readonly number[]) {
  let [mean, variance, logEvidence] = [priorMean, priorSd ** 2, 0];
  for (const xi of x) {
    logEvidence += normalLogDensity(xi, mean, Math.sqrt(variance + sd ** 2));
    const gain = variance / (variance + sd ** 2);
    mean += gain * (xi - mean);
    variance *= 1 - gain;
  }
  return { logEvidence, posterior: { mean, sd: Math.sqrt(variance) } };
}

/** KL(p ‖ q) of normals. */
export const normalKl = (p: Normal, q: Normal): number =>
  Math.log(q.sd / p.sd) + (p.sd ** 2 + (p.mean - q.mean) ** 2) / (2 * q.sd ** 2) - 0.5;

/** E_q log p(x|z) − KL(q ‖ p(z)). */
export function elbo(model: ConjugateNormal, x: readonly number[], q: Normal): number {
  const expected = x.map((xi) => normalLogDensity(xi, q.mean, model.sd) - 0.5 * (q.sd / model.sd) ** 2);
  const kl = normalKl(q, { mean: model.priorMean, sd: model.priorSd });
  return expected.reduce((sum, value) => sum + value, 0) - kl;
}

/** log p(x, z) − log q(z). */
function logWeight({ priorMean, priorSd, sd }: ConjugateNormal, x: readonly number[], q: Normal, z: number): number {
  const logLikelihood = x.reduce((sum, xi) => sum + normalLogDensity(xi, z, sd), 0);
  return logLikelihood + normalLogDensity(z, priorMean, priorSd) - normalLogDensity(z, q.mean, q.sd);
}

const REACH = 9;
const STEP = 0.1;

/** E log-mean-exp of `power`·log w over two samples, divided by `power`: IWAE for 1, Rényi's bound for 1 − α. */
export function twoSampleBound(model: ConjugateNormal, x: readonly number[], q: Normal, power: number): number {
  const nodes = Array.from({ length: Math.round((2 * REACH) / STEP) + 1 }, (_, i) => -REACH + i * STEP);
  const weights = nodes.map((epsilon) => STEP * Math.exp(normalLogDensity(epsilon, 0, 1)));
  const logWeights = nodes.map((epsilon) => power * logWeight(model, x, q, q.mean + q.sd * epsilon));
  let total = 0;
  for (let i = 0; i < nodes.length; i++) {
    for (let j = 0; j < nodes.length; j++) {
      const [a, b] = [logWeights[i]!, logWeights[j]!];
      const logMean = Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))) - Math.LN2;
      total += weights[i]! * weights[j]! * logMean;
    }
  }
  return total / power;
}

/** A function of q with its gradient by central differences. */
function valued(f: (q: Normal) => number, q: Normal): Valued {
  const h = 1e-4;
  const at = (mean: number, logSd: number) => f({ mean: q.mean + mean, sd: q.sd * Math.exp(logSd) });
  return {
    value: f(q),
    mean: (at(h, 0) - at(-h, 0)) / (2 * h),
    logSd: (at(0, h) - at(0, -h)) / (2 * h),
  };
}

/** The same with the gradients that follow from the formulas by hand. */
function elboValued(model: ConjugateNormal, x: readonly number[], q: Normal): Valued {
  const precision = x.length / model.sd ** 2 + 1 / model.priorSd ** 2;
  const pull =
    x.reduce((sum, xi) => sum + (xi - q.mean) / model.sd ** 2, 0) + (model.priorMean - q.mean) / model.priorSd ** 2;
  return { value: elbo(model, x, q), mean: pull, logSd: 1 - q.sd ** 2 * precision };
}

function inclusiveValued(p: Normal, q: Normal): Valued {
  const squared = p.sd ** 2 + (p.mean - q.mean) ** 2;
  return { value: normalKl(p, q), mean: (q.mean - p.mean) / q.sd ** 2, logSd: 1 - squared / q.sd ** 2 };
}

/** Everything in conjugate-normal.json. */
export function conjugateNormalReference(): ConjugateNormalReference {
  const model: ConjugateNormal = { priorMean: 0.5, priorSd: 1.25, sd: 0.75 };
  const x = [1.5, -0.25, 0.875];
  const { logEvidence, posterior } = solve(model, x);
  const solved = (name: string, q: Normal): BoundsCase => ({
    name,
    ...q,
    elbo: elboValued(model, x, q),
    inclusiveKl: inclusiveValued(posterior, q),
    iwae2: valued((at) => twoSampleBound(model, x, at, 1), q),
    renyi2: valued((at) => twoSampleBound(model, x, at, 0.5), q),
  });
  return {
    madeBy: 'test/reference/conjugate-normal.ts',
    ...model,
    x,
    logEvidence,
    posterior,
    cases: [
      solved('exact', posterior),
      solved('shifted and wide', { mean: 0.25, sd: 0.625 }),
      solved('narrow', { mean: 0.75, sd: 0.25 }),
    ],
  };
}

commitWhenRun(import.meta.url, 'conjugate-normal', conjugateNormalReference);
