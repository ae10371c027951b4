// Tempering: schedules that weigh the three log-densities while training, over any bound.
import { type Scalar, type Tensor, type Tensor1D, tf } from '@flowvae/tensor';
import type { LogDensities } from './log-weight.ts';

/** A number that depends on the training step only; step 0 is the first. */
export type AnnealingSchedule = (step: number) => number;

/** The factors on the log-densities of the log-weight. */
export interface Factors {
  readonly logLikelihood: number | Scalar;
  readonly logPrior: number | Scalar;
  readonly logPosterior: number | Scalar;
}

/** A way to temper the log-weight while training; the schedules enter a traced step as scalar inputs of these names. */
export interface Tempering {
  readonly schedules: Readonly<Record<string, AnnealingSchedule>>;
  factors(at: Readonly<Record<string, Scalar>>): Factors;
}

/** No tempering. */
export const untempered: Tempering = {
  schedules: {},
  factors: () => ({ logLikelihood: 1, logPrior: 1, logPosterior: 1 }),
};

/**
 * The paper's annealing: β·(log p(x|z) + log p(z)) − log q(z|x). β multiplies the joint density, not the KL divergence.
 *
 * While β < 1 the value is no bound on log p(x).
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eq. 20
 */
export function annealJoint(beta: AnnealingSchedule): Tempering {
  return {
    schedules: { beta },
    factors: ({ beta: now }) => ({ logLikelihood: now!, logPrior: now!, logPosterior: 1 }),
  };
}

/**
 * The geometric path from log p(z) to log p(x, z): β·log p(x|z) + log p(z) − log q(z|x).
 *
 * While β < 1 the value is a bound on the log-integral of the tempered density, not on log p(x).
 * @see Neal 2001, arXiv:physics/9803008, section 2, for the path
 */
export function annealLikelihood(beta: AnnealingSchedule): Tempering {
  return {
    schedules: { beta },
    factors: ({ beta: now }) => ({ logLikelihood: now!, logPrior: 1, logPosterior: 1 }),
  };
}

/**
 * KL warm-up: log p(x|z) + β·(log p(z) − log q(z|x)).
 *
 * @see Bowman et al. 2016, arXiv:1511.06349, section 3.1; Sønderby et al. 2016, arXiv:1602.02282, section 2.3
 */
export function warmUpKl(beta: AnnealingSchedule): Tempering {
  return {
    schedules: { beta },
    factors: ({ beta: now }) => ({ logLikelihood: 1, logPrior: now!, logPosterior: now! }),
  };
}

/** β_t = min(1, 0.01 + t/10000). @see Rezende & Mohamed 2015, section 6.1, below eq. 20 */
export const paperSchedule: AnnealingSchedule = (step) => Math.min(1, 0.01 + step / 10_000);

/** A tempering whose KL divergence is multiplied by a constant as well. */
export const withKlTimes = (beta: number, { schedules, factors }: Tempering): Tempering => ({
  schedules,
  factors(at) {
    const { logLikelihood, logPrior, logPosterior } = factors(at);
    return { logLikelihood, logPrior: product(logPrior, beta), logPosterior: product(logPosterior, beta) };
  },
});

/** The tempered log-weight of each row. */
export const weigh = (factors: Factors, { logLikelihood, logPrior, logPosterior }: LogDensities): Tensor1D =>
  tf.sub(
    tf.add(times(logLikelihood, factors.logLikelihood), times(logPrior, factors.logPrior)),
    times(logPosterior, factors.logPosterior),
  );

/** x times a factor; x itself if the factor is 1. */
export const times = <T extends Tensor>(x: T, factor: number | Scalar): T => (factor === 1 ? x : tf.mul(x, factor));

/** a − b; a number if both are numbers. */
export const difference = (a: number | Scalar, b: number | Scalar): number | Scalar =>
  typeof a === 'number' && typeof b === 'number' ? a - b : tf.sub(a, b);

const product = (a: number | Scalar, b: number): number | Scalar => (typeof a === 'number' ? a * b : times(a, b));
