// Bounds from k draws together: the importance-weighted one and Rényi's.
import type { Draw } from '@flowvae/distributions';
import {
  checkCount,
  ExpectationError,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from '@flowvae/tensor';
import { constant, elboTerms, logMeanExp, meanOfDraws, negativeMean, noiseOfDraws, withGradientOf } from './draws.ts';
import type { ScorableModel } from './latent-model.ts';
import { scoreDraw } from './log-weight.ts';
import { difference, untempered, weigh } from './loss-annealing.ts';
import type { BoundOptions, Objective } from './objective.ts';

/** Estimators of the importance-weighted bound's gradient. */
export interface IwaeOptions extends BoundOptions {
  /**
   * `'path'`: the gradient of the bound as computed. `'dreg'`, doubly reparameterised: the same expectation without a
   * term whose signal-to-noise ratio vanishes as k grows. Default `'path'`.
   */
  readonly gradient?: 'path' | 'dreg';
}

interface PathOptions extends BoundOptions {
  readonly gradient?: 'path';
}

interface DregOptions extends BoundOptions {
  readonly gradient: 'dreg';
}

/**
 * Importance-weighted bound: E log (1/k) Σ w_i ≤ log p(x), w_i = p(x, z_i)/q(z_i|x), the ELBO for k = 1; L of them are
 * averaged.
 *
 * The term `iwae` is the bound itself, `elbo` the mean of log w.
 * @param k draws in one bound
 * @see Burda et al. 2016, arXiv:1509.00519, eq. 8; Tucker et al. 2019, arXiv:1810.04152, eq. 8, for `'dreg'`
 */
export function iwae(k: number, options?: PathOptions): Objective;
export function iwae(k: number, options: DregOptions): Objective<ScorableModel>;
export function iwae(
  k: number,
  { gradient = 'path', ...options }: IwaeOptions = {},
): Objective | Objective<ScorableModel> {
  checkCount('iwae: k', k);
  return gradient === 'dreg' ? doublyReparameterised(k, options) : powerBound('iwae', { k, power: 1 }, options);
}

/**
 * Rényi's bound: (1 − α)⁻¹·E log (1/k) Σ w_i^(1−α): the importance-weighted bound for α = 0, towards the ELBO for α →
 * 1; L of them are averaged.
 *
 * For α < 0 it tends to an upper bound as k grows. The term `renyi` is the bound itself, `elbo` the mean of log w.
 * @param k draws in one bound; with one draw it is the ELBO for every α
 * @see Li & Turner 2016, arXiv:1602.02311, eqs. 3 and 5
 */
export function renyi(alpha: number, k: number, options: BoundOptions = {}): Objective {
  checkCount('renyi: k', k);
  if (!Number.isFinite(alpha) || alpha === 1) {
    const expected = 'a number other than 1, where the bound is the ELBO';
    throw new ExpectationError({ where: 'renyi: alpha', expected, received: String(alpha) });
  }
  return powerBound('renyi', { k, power: 1 - alpha }, options);
}

interface Power {
  readonly k: number;
  readonly power: number;
}

function powerBound(
  name: string,
  { k, power }: Power,
  { samples = 1, tempering = untempered }: BoundOptions,
): Objective {
  const draws = k * checkCount(`${name}: samples`, samples);
  return {
    schedules: tempering.schedules,
    draws,
    bound(model, noise, at = {}) {
      const epsilon = noiseOfDraws(name, model, noise, draws);
      const densities = scoreDraw(model, model.posterior.sampleAndLogProb(epsilon));
      const boundOf = (logWeights: Tensor1D) => meanOfBounds(logWeights, { k, power }, samples);
      const tempered = boundOf(weigh(tempering.factors(at), densities));
      const plain = tempering === untempered ? tempered : boundOf(weigh(untempered.factors({}), densities));
      return { loss: negativeMean(tempered), terms: { [name]: plain, ...elboTerms(densities, draws) } };
    },
  };
}

/** [B·L·k] → the bounds of k log-weights, averaged over L: [B]. */
function meanOfBounds(logWeights: Tensor1D, { k, power }: Power, samples: number): Tensor1D {
  const grouped: Tensor2D = tf.reshape(logWeights, [-1, k]);
  if (power === 1) return meanOfDraws(logMeanExp(grouped), samples);
  return meanOfDraws(powerMean(grouped, power), samples);
}

/** Nearer to the ELBO, log (mean of exp) has too few digits for the division by the power. */
const SMALL_POWER = 0.1;

/**
 * (1/p) log (1/k) Σ exp(p·x) over the last axis, around the x with the largest weight: the rounding has the size of the
 * spread of x, for any p and any offset of x.
 */
function powerMean(x: Tensor2D, power: number): Tensor1D {
  const heaviest = constant(power > 0 ? tf.max<Tensor2D>(x, 1, true) : tf.min<Tensor2D>(x, 1, true));
  const exponents: Tensor2D = tf.mul(tf.sub(x, heaviest), power); // no exponent is above 0
  const logMean: Tensor1D =
    Math.abs(power) < SMALL_POWER
      ? tf.log1p(tf.mean<Tensor1D>(tf.expm1(exponents), 1))
      : tf.log(tf.mean<Tensor1D>(tf.exp(exponents), 1));
  return tf.add(tf.squeeze<Tensor1D>(heaviest, [1]), tf.div(logMean, power));
}

/**
 * For the posterior's parameters the gradient is E Σ w̃_i²·∂log w_i/∂z_i·∂z_i/∂φ, w̃ = w/Σw; for the model's parameters
 * it is Σ w̃_i·∂log w_i as usual. So log w is computed with detached densities q, weighted by w̃, and the gradient that
 * reaches a draw z_i is multiplied by w̃_i again; if log q is tempered by c, by (1 − c) + c·w̃_i.
 */
function doublyReparameterised(
  k: number,
  { samples = 1, tempering = untempered }: BoundOptions,
): Objective<ScorableModel> {
  const draws = k * checkCount('iwae: samples', samples);
  return {
    schedules: tempering.schedules,
    draws,
    bound(model, noise, at = {}) {
      const draw = model.posterior.sampleAndLogProb(noiseOfDraws('iwae', model, noise, draws));
      const factors = tempering.factors(at);
      const densities = scoreDraw(model, draw);
      const logWeights = constant(weigh(factors, densities));
      const shares: Tensor1D = tf.reshape(tf.softmax(tf.reshape(logWeights, [-1, k])), [-1]);
      const z = scaledGradient(draw.z, sharesAgain(shares, factors.logPosterior));
      const rescored: Draw = { ...draw, z, logProb: model.posterior.detached().logProb(z) };
      const carried: Tensor1D = tf.mul(tf.mul(shares, weigh(factors, scoreDraw(model, rescored))), k);
      const boundOf = (x: Tensor1D) => meanOfBounds(x, { k, power: 1 }, samples);
      const bound = withGradientOf(boundOf(logWeights), meanOfDraws(carried, draws));
      const plain = boundOf(weigh(untempered.factors({}), densities));
      return { loss: negativeMean(bound), terms: { iwae: plain, ...elboTerms(densities, draws) } };
    },
  };
}

/** (1 − c) + c·w̃ */
const sharesAgain = (shares: Tensor1D, c: number | Scalar): Tensor1D =>
  c === 1 ? shares : tf.add(tf.mul(shares, c), difference(1, c));

/** z [R, D] whose gradient is multiplied by one number for each row. */
function scaledGradient(z: Tensor2D, scale: Tensor1D): Tensor2D {
  const scaled = tf.customGrad((...args) => {
    const [given, factors, save] = args as unknown as [Tensor2D, Tensor1D, (tensors: Tensor[]) => void];
    save([factors]);
    return {
      value: tf.clone(given),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [tf.mul(dy, tf.expandDims(saved[0]!, 1)), tf.zerosLike(saved[0]!)],
    };
  });
  return scaled(z, scale) as Tensor2D;
}
