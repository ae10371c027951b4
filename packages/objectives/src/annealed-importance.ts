// Annealed importance sampling as pure functions: a path of densities, its start, and one transition along it.
import type { Samplable, Scorable } from '@flowvae/distributions';
import { ExpectationError, type Scalar, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type HmcInputs, hmcTransition } from './hmc.ts';
import type { LatentModel } from './latent-model.ts';

/**
 * The geometric path f_β(z) = f₀(z)·r(z)^β from a normalised density f₀ to f₁ = f₀·r, here log p(x, z): its integral is
 * p(x).
 *
 * @see Neal 2001, arXiv:physics/9803008, section 2
 */
export interface AnnealingPath {
  /** f₀ */
  readonly initial: Samplable & Scorable;
  /** log r(z) = log f₁(z) − log f₀(z): z [B, D] → [B], nats */
  logRatio(z: Tensor2D): Tensor1D;
}

/** The parts of a model that a path from the prior needs. */
type DrawnPrior = Pick<LatentModel, 'likelihood'> & { readonly prior: Samplable & Scorable };

/** From the prior to the posterior: r(z) = p(x|z). */
export const fromPrior = ({ prior, likelihood }: DrawnPrior): AnnealingPath => ({
  initial: prior,
  logRatio: likelihood,
});

/** From the approximate posterior, which must score, to the true one: r(z) = p(x, z)/q(z|x). */
export const fromPosterior = ({
  prior,
  likelihood,
  posterior,
}: LatentModel & { readonly posterior: Samplable & Scorable }): AnnealingPath => ({
  initial: posterior,
  logRatio: (z) => tf.sub(tf.add(likelihood(z), prior.logProb(z)), posterior.logProb(z)),
});

/** Positions on the path and their log-ratio. */
export interface AnnealedState {
  /** [B, D] */
  readonly z: Tensor2D;
  /** log r(z), [B], nats */
  readonly logRatio: Tensor1D;
}

/** Draws from f₀ by given noise [B, width]. */
export function annealedStart({ initial, logRatio }: AnnealingPath, noise: Tensor2D): AnnealedState {
  const { z } = initial.sampleAndLogProb(noise);
  return { z, logRatio: logRatio(z) };
}

/** The inputs of a transition: position, noise, step sizes and β. */
export interface AnnealedInputs extends HmcInputs {
  /** β */
  readonly temperature: Scalar;
}

/** One HMC transition that leaves f_β invariant. */
export function annealedTransition(
  { initial, logRatio }: AnnealingPath,
  { temperature, ...inputs }: AnnealedInputs,
  leapfrogSteps: number,
): AnnealedState & { readonly acceptance: Tensor1D } {
  const logDensity = (z: Tensor2D): Tensor1D => tf.add(initial.logProb(z), tf.mul(temperature, logRatio(z)));
  const { z, acceptance } = hmcTransition(logDensity, inputs, leapfrogSteps);
  return { z, logRatio: logRatio(z), acceptance };
}

/**
 * Steepness below which the path is straight to far more digits than float32 has, and above which the quotient has
 * them.
 */
const STRAIGHT = 1e-6;

/**
 * Inverse temperatures 0 = β₀ < … < β_T = 1, dense at both ends: β_t = (σ(δ(2t/T − 1)) − σ(−δ))/(σ(δ) − σ(−δ)).
 *
 * At δ = 0 they are the limit t/T. They are float32 numbers, so that weights and transitions use equal ones.
 * @param steps T
 * @param steepness δ
 * @throws ExpectationError if T is no whole number from 1 to 2^20, beyond which float32 would not tell them apart
 * @see Grosse et al. 2015, arXiv:1511.02543, section 5; Wu et al. 2017, arXiv:1611.04273
 */
export function sigmoidTemperatures(steps: number, steepness = 4): number[] {
  if (!Number.isInteger(steps) || steps < 1 || steps > 2 ** 20) {
    const expected = 'a whole number from 1 to 1048576';
    throw new ExpectationError({ where: 'sigmoidTemperatures: steps', expected, received: String(steps) });
  }
  const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
  const [least, most] = [sigmoid(-steepness), sigmoid(steepness)];
  const isStraight = Math.abs(steepness) < STRAIGHT;
  return Array.from({ length: steps + 1 }, (_, t) =>
    Math.fround(isStraight ? t / steps : (sigmoid(steepness * ((2 * t) / steps - 1)) - least) / (most - least)),
  );
}
