// Several draws for each data point: noise [B, S·W] is [B·S, W], and a result [B·S] is [B, S].
import { checkShape, type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { LatentModel } from './latent-model.ts';
import type { LogDensities } from './log-weight.ts';
import { logWeight } from './log-weight.ts';

/**
 * The noise of every draw, [B·S, W]; the parameters of a data point serve its S rows. @throws ShapeError if the noise
 * has another width
 */
export function noiseOfDraws(where: string, { posterior }: LatentModel, noise: Tensor2D, draws: number): Tensor2D {
  const { width } = posterior.noise;
  checkShape(`${where}: noise`, noise, ['batch', draws * width]);
  return draws === 1 ? noise : tf.reshape(noise, [-1, width]);
}

/** The mean over each data point's draws, [B·S] → [B]. */
export const meanOfDraws = (x: Tensor1D, draws: number): Tensor1D =>
  draws === 1 ? x : tf.mean(tf.reshape(x, [-1, draws]), 1);

/** The terms of the ELBO, [B]: elbo = logLikelihood + logPrior − logBase + logDet. */
export function elboTerms(densities: LogDensities, draws: number): Readonly<Record<string, Tensor1D>> {
  const { logLikelihood, logPrior, posteriorTerms } = densities;
  const terms = { elbo: logWeight(densities), logLikelihood, logPrior, ...posteriorTerms };
  return Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, meanOfDraws(term, draws)]));
}

/** log (1/k) Σ exp(x) over the last axis. Its gradient is the softmax, because the largest x counts as a constant. */
export function logMeanExp(x: Tensor2D): Tensor1D {
  const largest = constant(tf.max<Tensor2D>(x, 1, true));
  return tf.add(tf.squeeze<Tensor1D>(largest, [1]), tf.log(tf.mean<Tensor1D>(tf.exp(tf.sub(x, largest)), 1)));
}

/**
 * The same values as a constant: no gradient passes it, and operations that only it needs are left out of the reverse
 * pass.
 */
export const constant = <T extends Tensor>(x: T): T =>
  tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => [] }))() as T;

/** A value with the gradient of another tensor of its shape. */
export function withGradientOf<T extends Tensor>(value: T, carrier: T): T {
  const carried = tf.customGrad(() => ({ value: tf.clone(value), gradFunc: (dy: Tensor) => dy }));
  return carried(carrier) as T;
}

/** The loss of a bound [B]. */
export const negativeMean = (bound: Tensor1D): Scalar => tf.neg(tf.mean(bound));
