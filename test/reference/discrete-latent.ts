// A model with one latent of a few states, in float64: every expectation is a finite sum; writes discrete-latent.json.
//
//   z ∈ {1 … C} ~ π, x_j ~ Bernoulli(θ_zj)      log p(x) = log Σ_z π_z·p(x|z), p(z|x) = π_z·p(x|z)/p(x)
//   For any q: ELBO = Σ_z q_z·log w_z, w_z = π_z·p(x|z)/q_z, and of k samples IWAE(k) = Σ over all C^k of them
//   q_{z₁}…q_{z_k}·log (1/k)Σ w, Rényi's bound likewise with w^(1−α), times 1/(1 − α).
// Burda et al. 2016, arXiv:1509.00519, eq. 8; Li & Turner 2016, arXiv:1602.02311, eq. 5.
import { commitWhenRun } from './committed-json.ts';

/** Probabilities of states and of bits in each state. */
export interface DiscreteLatent {
  /** π, [C] */
  readonly prior: readonly number[];
  /** θ, [C, P] by rows. */
  readonly bits: readonly (readonly number[])[];
}

/** Bounds of one q at one data point; nats. */
interface DiscreteBounds {
  readonly elbo: number;
  readonly iwae2: number;
  readonly iwae5: number;
  /** Two samples, α = ½. */
  readonly renyi2: number;
  /** KL(q ‖ p(z|x)). */
  readonly kl: number;
}

/** discrete-latent.json; arrays are flat and row-major; C states, P bits, B points. */
export interface DiscreteLatentReference {
  readonly madeBy: string;
  /** π, [C] */
  readonly prior: readonly number[];
  /** θ, [C, P] */
  readonly bits: readonly number[];
  /** [B, P] */
  readonly x: readonly number[];
  /** [B] */
  readonly logEvidence: readonly number[];
  /** p(z|x), [B, C] */
  readonly posterior: readonly number[];
  /** Another q, the same at every x, [C]. */
  readonly wrong: readonly number[];
  /** Its bounds at every x. */
  readonly bounds: readonly DiscreteBounds[];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** p(z, x) of every z. */
export const joint = ({ prior, bits }: DiscreteLatent, x: readonly number[]): number[] =>
  prior.map((pi, z) => bits[z]!.reduce((product, theta, j) => product * (x[j] === 1 ? theta : 1 - theta), pi));

/** Σ over all k-tuples of states of their probability times f(the mean of their values). */
export function expectationOfMean(
  q: readonly number[],
  values: readonly number[],
  k: number,
  f: (mean: number) => number,
): number {
  const over = (left: number, probability: number, total: number): number =>
    left === 0
      ? probability * f(total / k)
      : sum(q.map((qz, z) => over(left - 1, probability * qz, total + values[z]!)));
  return over(k, 1, 0);
}

/** All bounds of q at x. */
export function boundsOf(model: DiscreteLatent, x: readonly number[], q: readonly number[]): DiscreteBounds {
  const p = joint(model, x);
  const weights = p.map((pz, z) => pz / q[z]!);
  const evidence = sum(p);
  return {
    elbo: sum(q.map((qz, z) => qz * Math.log(weights[z]!))),
    iwae2: expectationOfMean(q, weights, 2, Math.log),
    iwae5: expectationOfMean(q, weights, 5, Math.log),
    renyi2: 2 * expectationOfMean(q, weights.map(Math.sqrt), 2, Math.log),
    kl: sum(q.map((qz, z) => qz * Math.log((qz * evidence) / p[z]!))),
  };
}

/** Everything in discrete-latent.json. */
export function discreteLatentReference(): DiscreteLatentReference {
  const model: DiscreteLatent = {
    prior: [0.125, 0.375, 0.25, 0.25],
    bits: [
      [0.75, 0.125, 0.5],
      [0.25, 0.25, 0.875],
      [0.0625, 0.5, 0.375],
      [0.625, 0.9375, 0.75],
    ],
  };
  const x = [
    [0, 0, 0],
    [1, 0, 1],
    [1, 1, 0],
    [0, 1, 1],
  ];
  const wrong = [0.25, 0.125, 0.375, 0.25];
  const joints = x.map((row) => joint(model, row));
  return {
    madeBy: 'test/reference/discrete-latent.ts',
    prior: model.prior,
    bits: model.bits.flat(),
    x: x.flat(),
    logEvidence: joints.map((p) => Math.log(sum(p))),
    posterior: joints.flatMap((p) => p.map((pz) => pz / sum(p))),
    wrong,
    bounds: x.map((row) => boundsOf(model, row, wrong)),
  };
}

commitWhenRun(import.meta.url, 'discrete-latent', discreteLatentReference);
