// The meaning of Pareto k̂ in words.
import { paretoKThreshold } from '@flowvae/objectives';

/**
 * How far importance weights allow estimates: `good`; `few`, with more draws they would; `bad`, more
 * draws would not help in practice; `void`, the weights have no mean; `unknown`.
 */
export type ParetoKLevel = 'good' | 'few' | 'bad' | 'void' | 'unknown';

/** k̂ in words. */
export interface ParetoKMeaning {
  /** How far estimates can be trusted. */
  readonly level: ParetoKLevel;
  /** One sentence. */
  readonly text: string;
  /** Draws that an estimate needs by k̂, 10^(1/(1 − k̂)); ∞ from k̂ = 1 on, NaN without k̂. */
  readonly drawsNeeded: number;
}

/** Below it the weights have a variance. */
const FINITE = 0.5;

/** From here on the number of draws needed grows beyond use. */
const BAD = 0.7;

/** From here on weights have no mean. */
const VOID = 1;

/**
 * The meaning of k̂ of S importance weights.
 *
 * `good` below min(1 − 1/log₁₀ S, 0.7); below 0.5 the weights' variance is finite and the central limit theorem holds.
 * `few` up to 0.7, `bad` up to 1, `void` from 1 on. k̂ judges the draws that are there: of 172 short fits that are
 * `good`, half have an error of log Z above 0.037 nats, and 45 % one above two standard errors (experiments/targets).
 * @param k from `paretoK`
 * @param samples S
 * @see Vehtari et al. 2024, arXiv:1507.02646, section 3.2
 */
export function describeParetoK(k: number, samples: number): ParetoKMeaning {
  if (Number.isNaN(k)) {
    const text = `k̂ unknown: it needs 21 finite weights or more, of ${samples} draws`;
    return { level: 'unknown', text, drawsNeeded: Number.NaN };
  }
  const threshold = paretoKThreshold(samples);
  const drawsNeeded = k >= VOID ? Number.POSITIVE_INFINITY : Math.ceil(10 ** (1 / (1 - Math.max(k, 0))));
  const level = levelOf(k, threshold);
  return {
    level,
    text: sentences[level]({
      k: printed(k),
      limit: threshold.toFixed(2),
      samples,
      drawsNeeded,
      hasVariance: k < FINITE,
    }),
    drawsNeeded,
  };
}

function levelOf(k: number, threshold: number): Exclude<ParetoKLevel, 'unknown'> {
  if (k < threshold) return 'good';
  if (k < BAD) return 'few';
  return k < VOID ? 'bad' : 'void';
}

interface Numbers {
  readonly k: string;
  readonly limit: string;
  readonly samples: number;
  readonly drawsNeeded: number;
  readonly hasVariance: boolean;
}

const sentences: Readonly<Record<Exclude<ParetoKLevel, 'unknown'>, (numbers: Numbers) => string>> = {
  good: ({ k, limit, hasVariance }) =>
    hasVariance
      ? `k̂ = ${k}, below ${limit}: the weights are even enough for estimates where draws are; a part of the target without draws is not seen`
      : `k̂ = ${k}, below ${limit}: the weights are even enough for estimates, whose errors can be larger than told; a part of the target without draws is not seen`,
  few: ({ k, limit, samples, drawsNeeded }) =>
    `k̂ = ${k}, not below ${limit}: ${samples} draws are too few for such uneven weights; take ${drawsNeeded} or more`,
  bad: ({ k }) =>
    `k̂ = ${k}, 0.70 or more: importance-weighted estimates have large errors that more draws hardly reduce; fit a better distribution`,
  void: ({ k }) =>
    `k̂ = ${k}, 1 or more: the largest weights show no bound, so the draws cannot tell how large the weights in the tails are, and estimates can be far off; fit a wider distribution`,
};

/** Two decimals, rounded down so that a number below a limit never reads as the limit; infinities as symbols. */
const printed = (k: number) => (Number.isFinite(k) ? (Math.floor(k * 100) / 100).toFixed(2) : k < 0 ? '−∞' : '∞');
