// Flow annealed importance sampling bootstrap: the flow learns from draws that annealing moved towards p²/q.
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type AnnealingPath, annealedStart, annealedTransition } from '../annealed-importance.ts';
import { constant, elboTerms, logMeanExp, meanOfDraws, withGradientOf } from '../draws.ts';
import type { ScorableModel } from '../latent-model.ts';
import { scoreDraw } from '../log-weight.ts';
import type { Objective } from '../objective.ts';

/** Options of {@link bootstrap}. */
export interface BootstrapOptions {
  /** Draws k whose weights are normalised together. */
  readonly k: number;
  /** Densities between q and p²/q, each with one HMC transition. */
  readonly temperatures: number;
  /** Leapfrog steps in a transition. */
  readonly leapfrogSteps: number;
  /** ε of the leapfrog steps. */
  readonly stepSize: number;
}

/** Standard normals of one draw beside the guide's own: a momentum and a uniform for each transition. */
export const bootstrapNoise = (dim: number, { temperatures }: BootstrapOptions): number => temperatures * (dim + 2);

/**
 * Flow annealed importance sampling bootstrap: minimises ∫ p²/q, the divergence of order α = 2, by the gradient −½ Σ
 * w̃_i·∂log q(z_i). The draws z_i and weights w_i come from annealed importance sampling from q to p²/q, and count as
 * constants.
 *
 * The path is q·(p/q)^{2β} at β = t/(T + 1), with one HMC transition at each of T temperatures. The loss is ½ log
 * (1/k) Σ w_i, which estimates ½ log ∫ p̃²/q. Weights that are normalised among k draws bias gradient and estimate by
 * about 1/k, the estimate downwards. The term `bootstrap` is this estimate, `elbo` the mean of log p̃/q at the guide's
 * own draws. Noise: [B, k·(W + T·(D + 2))], standard normal.
 * @throws ExpectationError for a step size that is no positive number
 * @see Midgley et al. 2023, arXiv:2208.01893, eq. 7 and algorithm 1; without its buffer
 */
export function bootstrap(dim: number, options: BootstrapOptions): Objective<ScorableModel> {
  const { k, temperatures, leapfrogSteps, stepSize } = options;
  if (!(stepSize > 0 && Number.isFinite(stepSize))) {
    const [where, expected] = ['bootstrap: stepSize', 'a positive number'];
    throw new ExpectationError({ where, expected, received: String(stepSize) });
  }
  return {
    schedules: {},
    draws: k,
    bound(model, noise) {
      const extra = bootstrapNoise(dim, options);
      const own = model.posterior.noise.width;
      const [start, moves] = tf.split(tf.reshape(noise, [-1, own + extra]), [own, extra], 1) as [Tensor2D, Tensor2D];
      const frozen = { ...model, posterior: model.posterior.detached() };
      const densities = scoreDraw(frozen, frozen.posterior.sampleAndLogProb(start));
      const path = towardsSquare(frozen);
      const parts = temperatures > 0 ? (tf.split(moves, temperatures, 1) as Tensor2D[]) : [];
      const { z, logWeights } = annealed(path, start, { parts, leapfrogSteps, stepSize });
      const grouped: Tensor2D = tf.reshape(constant(logWeights), [-1, k]);
      const estimate: Tensor1D = tf.mul(logMeanExp(grouped), 0.5);
      const logQ = model.posterior.logProb(constant(z));
      const carried = tf.mul(tf.reshape(tf.softmax(grouped), [-1]), logQ) as Tensor1D;
      const loss = withGradientOf(estimate, tf.mul(meanOfDraws(carried, k), -k / 2));
      return { loss: tf.mean(loss), terms: { bootstrap: estimate, ...elboTerms(densities, k) } };
    },
  };
}

/** From q to p²/q: r(z) = (p(z)/q(z))². */
const towardsSquare = ({ prior, likelihood, posterior }: ScorableModel): AnnealingPath => ({
  initial: posterior,
  logRatio: (z) => tf.mul(2, tf.sub(tf.add(likelihood(z), prior.logProb(z)), posterior.logProb(z))),
});

interface Moves {
  /** For each transition its normals, [R, D + 2]. */
  readonly parts: readonly Tensor2D[];
  readonly leapfrogSteps: number;
  readonly stepSize: number;
}

/** Draws moved along the path, and their log-weights Σ (β' − β)·log r(z). */
function annealed(path: AnnealingPath, noise: Tensor2D, { parts, leapfrogSteps, stepSize }: Moves) {
  let { z, logRatio } = annealedStart(path, noise);
  const share = 1 / (parts.length + 1);
  let logWeights: Tensor1D = tf.mul(logRatio, share);
  for (const [t, part] of parts.entries()) {
    const rows = part.shape[0];
    const inputs = {
      z: constant(z),
      ...kicks(part),
      stepSize: tf.fill([rows], stepSize) as Tensor1D,
      temperature: tf.scalar((t + 1) * share),
    };
    ({ z, logRatio } = annealedTransition(path, inputs, leapfrogSteps));
    logWeights = tf.add(logWeights, tf.mul(logRatio, share));
  }
  return { z, logWeights };
}

/** A momentum, and a uniform number: exp(−(n² + m²)/2) of two normals is uniform on (0, 1]. */
function kicks(part: Tensor2D): { readonly momentum: Tensor2D; readonly uniform: Tensor1D } {
  const [momentum, chooser] = tf.split(part, [part.shape[1] - 2, 2], 1) as [Tensor2D, Tensor2D];
  return { momentum, uniform: tf.exp(tf.mul(tf.sum<Tensor1D>(tf.square(chooser), 1), -0.5)) };
}
