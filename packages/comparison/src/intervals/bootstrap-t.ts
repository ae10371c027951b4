// The studentised bootstrap interval of a mean.
import { drawBits, fold, type Key } from '@flowvae/random';
import { summarise } from '../summary.ts';
import { type Interval, studentInterval } from './interval.ts';

/** Options of {@link bootstrapInterval}. */
export interface ResampleOptions {
  readonly key: Key;
  /** The confidence level. Default 0.95. */
  readonly level?: number;
  /** Default 1999, whose 50th and 1950th values bound the central 95 %; for a level above 0.999 they are too few. */
  readonly resamples?: number;
}

/**
 * With fewer values the interval is Student's: of heavy-tailed values the resampled one was too narrow (in simulations
 * it covered the mean in 92 % at 20 and 50 values instead of 95 %).
 */
const FEWEST_TO_RESAMPLE = 100;

/**
 * The percentile-t interval of a mean: the quantiles of t* = (mean* − mean)/se* over resamples take the place of
 * Student's, so a skewed sample has a skewed interval.
 *
 * Applied to differences of scores on the same data points it is the paired bootstrap. Below 100 values, where the
 * resamples are too few for the level, and where nearly all values are equal, so that many resamples have no spread, it
 * is Student's interval.
 *
 * @see Efron & Tibshirani 1993, "An Introduction to the Bootstrap", section 12.5
 */
export function bootstrapInterval(values: ArrayLike<number>, options: ResampleOptions): Interval {
  const { key, level = 0.95, resamples = 1999 } = options;
  const { n, mean, se } = summarise(values);
  const rank = Math.floor(((resamples + 1) * (1 - level)) / 2 + 1e-9);
  if (n < FEWEST_TO_RESAMPLE || rank < 1 || !(se > 0)) return studentInterval({ value: mean, se, df: n - 1 }, level);
  const centred = Float64Array.from(values, (value) => value - mean);
  const t = Float64Array.from({ length: resamples }, (_, r) => studentised(centred, drawBits(fold(key, r), n)));
  t.sort();
  const [low, high] = [t[rank - 1]!, t[resamples - rank]!];
  if (!Number.isFinite(high - low)) return studentInterval({ value: mean, se, df: n - 1 }, level);
  return { from: mean - high * se, to: mean - low * se };
}

/** Mean over standard error of a resample of values whose mean is 0. */
function studentised(centred: Float64Array, words: Uint32Array): number {
  const n = centred.length;
  const scale = n * 2 ** -32; // a word's bias is below n/2^32
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const value = centred[Math.floor(words[i]! * scale)]!;
    sum += value;
    squares += value * value;
  }
  const about = squares - (sum * sum) / n;
  const variance = about > 1e-12 * squares ? about / (n - 1) : 0; // the rest of equal values is rounding
  return sum === 0 ? 0 : sum / n / Math.sqrt(variance / n);
}
