// What training does about a step whose loss or gradients are no finite numbers.
import type { NonFiniteError } from './non-finite.ts';

/**
 * - `'stop'`: training ends with a `NonFiniteError`
 * - `'skip'`: the parameters do not take the step; training goes on with the next batch
 * - `'lower-rate'`: the same, and every later update is half as large as it would have been
 */
export type NonFinitePolicy = 'stop' | 'skip' | 'lower-rate';

/** All policies, for options and messages. */
export const nonFinitePolicies: readonly NonFinitePolicy[] = ['stop', 'skip', 'lower-rate'];

/** What non-finite steps have done to a run so far. */
export interface NonFiniteCounters {
  /** Steps whose update was left out. */
  readonly skipped: number;
  /** Of these, how many came right before the next step. */
  readonly inARow: number;
  /** What the learning rate is multiplied by. */
  readonly rateFactor: number;
}

export const noNonFinite: NonFiniteCounters = { skipped: 0, inARow: 0, rateFactor: 1 };

/** A run that leaves out so many steps in a row learns nothing more. */
const MOST_IN_A_ROW = 100;

const FACTOR = 0.5;

/**
 * The counters after a step that was not finite.
 *
 * @throws the error itself where the policy is to stop, or a hundred steps in a row were left out
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
