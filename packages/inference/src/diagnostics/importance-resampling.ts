// Importance resampling: weighted draws of q become draws of p.
import { resample } from '@flowvae/evaluation';
import { drawBits, type Key } from '@flowvae/random';
import { checkCount, ExpectationError } from '@flowvae/tensor';
import { ascendingOrder } from './ascending-order.ts';

/** Options of {@link importanceResample}. */
export interface ImportanceResampleOptions {
  /** [S], nats, up to a constant; smoothed ones give steadier results. */
  readonly logWeights: ArrayLike<number>;
  /** Draws wanted, M. */
  readonly count: number;
  readonly key: Key;
  /** Whether a draw can be chosen again. Default true. */
  readonly replacement?: boolean;
}

/** Chosen draws. */
export interface Resampled {
  /** Their places among the given ones, [M]. */
  readonly indices: Uint32Array;
  /** [M, D], row-major. */
  readonly draws: Float32Array;
}

/**
 * Chooses M of S draws with probabilities in proportion to their weights.
 *
 * With replacement the choices are independent: expectations are those of the weighted draws, and heavy draws repeat.
 * Without, no draw comes twice (one after the other among the rest), which limits the harm of a few large weights; it
 * needs M well below S.
 * @param draws [S, D], row-major
 * @throws ExpectationError if draws and weights do not fit, for weights that are NaN or ∞, if all are 0, and without
 * replacement if fewer than M are above 0
 * @see Rubin 1987, JASA 82(398); Gelman et al., Bayesian Data Analysis (3rd ed.), section 10.4; Efraimidis & Spirakis
 * 2006, Information Processing Letters 97(5)
 */
export function importanceResample(draws: Float32Array, options: ImportanceResampleOptions): Resampled {
  const { count, key, replacement = true } = options;
  checkCount('importanceResample: count', count);
  const logWeights = Float64Array.from(options.logWeights);
  checkWeights(logWeights, replacement ? 1 : count);
  const width = draws.length / logWeights.length;
  if (!Number.isInteger(width)) {
    const expected = `a multiple of ${logWeights.length} numbers, one row for each weight`;
    throw new ExpectationError({ where: 'importanceResample: draws', expected, received: String(draws.length) });
  }
  const indices = replacement ? Uint32Array.from(resample(logWeights, count, key)) : distinct(logWeights, count, key);
  const chosen = new Float32Array(count * width);
  for (const [m, s] of indices.entries()) chosen.set(draws.subarray(s * width, (s + 1) * width), m * width);
  return { indices, draws: chosen };
}

function checkWeights(logWeights: Float64Array, fewest: number): void {
  const broken = logWeights.findIndex((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  if (broken >= 0) {
    const where = `importanceResample: logWeights[${broken}]`;
    throw new ExpectationError({ where, expected: 'a number below ∞', received: String(logWeights[broken]) });
  }
  const positive = logWeights.reduce((sum, value) => sum + Number(value > Number.NEGATIVE_INFINITY), 0);
  if (positive >= fewest) return;
  const expected = `${fewest} or more weights above 0`;
  throw new ExpectationError({ where: 'importanceResample: logWeights', expected, received: String(positive) });
}

/**
 * The M largest of log w_s + g_s, g_s = −log(−log u_s): the same as choosing one after the other among the rest.
 *
 * Uniforms have 52 bits and are never 0 or 1.
 */
function distinct(logWeights: Float64Array, count: number, key: Key): Uint32Array {
  const bits = drawBits(key, 2 * logWeights.length);
  const perturbed = logWeights.map((value, s) => {
    const uniform = (bits[2 * s]! * 2 ** 20 + (bits[2 * s + 1]! >>> 12) + 0.5) * 2 ** -52;
    return value - Math.log(-Math.log(uniform));
  });
  return ascendingOrder(perturbed).subarray(-count).reverse();
}
