// Policies for a step whose loss or gradients are not finite.
import type { NonFiniteError } from './non-finite.ts';

/**
 * - `'stop'`: training ends with a `NonFiniteError`
 * - `'skip'`: the parameters do not take the step; training goes on with the next batch
 * - `'lower-rate'`: the same, and every later update is half as large
 */
export type NonFinitePolicy = 'stop' | 'skip' | 'lower-rate';

/** All policies, for options and messages. */
export const nonFinitePolicies: readonly NonFinitePolicy[] = ['stop', 'skip', 'lower-rate'];

/** The effects of non-finite steps on a run so far. */
export interface NonFiniteCounters {
  /** Steps whose update was skipped. */
  readonly skipped: number;
  /** Of these, how many came right before the next step. */
  readonly inARow: number;
  /** The factor on the learning rate. */
  readonly rateFactor: number;
}

export const noNonFinite: NonFiniteCounters = { skipped: 0, inARow: 0, rateFactor: 1 };

/** A run that skips this many steps in a row learns nothing more. */
const MOST_IN_A_ROW = 100;

const FACTOR = 0.5;

/**
 * The counters after a step that was not finite.
 *
 * @throws the error itself if the policy is to stop, or after a hundred skipped steps in a row
 */
export function leaveOut(
  policy: NonFinitePolicy,
  { skipped, inARow, rateFactor }: NonFiniteCounters,
  error: NonFiniteError,
): NonFiniteCounters {
  if (policy === 'stop' || inARow + 1 >= MOST_IN_A_ROW) throw error;
  return {
    skipped: skipped + 1,
    inARow: inARow + 1,
    rateFactor: policy === 'lower-rate' ? rateFactor * FACTOR : rateFactor,
  };
}
