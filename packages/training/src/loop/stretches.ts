// The steps of a run, one by one; or in stretches, where their numbers may wait and nobody needs them sooner.
import { type NonFiniteError, nonFiniteStep } from '../finite/non-finite.ts';
import type { NonFiniteCounters } from '../finite/non-finite-policy.ts';
import type { Optimizer } from '../memory/optimizer.ts';
import type { StepsAhead, TrainingState } from '../memory/training-state.ts';
import type { StepRecord } from './history.ts';
import type { TrainingProblem } from './variational.ts';

/** The parts of a run that its steps need. */
export interface StretchOptions extends Pick<TrainingProblem, 'batch' | 'nameBatch'> {
  readonly optimizer: Optimizer;
  readonly signal?: AbortSignal;
}

/** The next steps: where they start, and where their numbers are needed. */
interface Ahead {
  readonly step: number;
  readonly counters: NonFiniteCounters;
  /** Whether somebody needs the numbers, or the parameters, right after so many steps of the run. */
  isNeeded(step: number): boolean;
}

/** Steps that are done and have taken their updates, or the error of one step that has not. */
export type Stretch =
  | { readonly records: readonly StepRecord[]; readonly error?: undefined }
  | { readonly records: readonly []; readonly error: NonFiniteError };

/** The longest time that numbers wait, about, ms: a stop takes effect after it at the latest. */
const MOST_MS = 250;

/**
 * Does the steps of a run. Stretches grow from one step, by two. If a step of a stretch is not finite, the state goes
 * back to the stretch's start, and its steps are done again one by one: with the same bytes, so the same step shows, as
 * if there were no stretches.
 */
export class Stretches {
  readonly #state: TrainingState;
  readonly #options: StretchOptions;
  #length = 1;
  /** Steps before this one are done one by one. */
  #singlyUntil = 0;

  constructor(state: TrainingState, options: StretchOptions) {
    this.#state = state;
    this.#options = options;
  }

  /** Does at least one step, and no more after one whose numbers are needed. */
  async next(from: Ahead): Promise<Stretch> {
    const { ahead } = this.#state;
    const count = ahead ? this.#lengthAt(from, ahead) : 1;
    if (!ahead || count === 1) return this.#single(from);
    const records = await this.#stretch(ahead, from, count);
    if (records) return { records };
    this.#singlyUntil = from.step + count;
    return this.#single(from);
  }

  #lengthAt({ step, isNeeded }: Ahead, ahead: StepsAhead): number {
    if (step < this.#singlyUntil) return 1;
    const most = Math.min(this.#length, ahead.most());
    let count = 1;
    while (count < most && !isNeeded(step + count)) count++;
    return count;
  }

  async #single(from: Ahead): Promise<Stretch> {
    const state = this.#state;
    const { batch, nameBatch } = this.#options;
    const begin = performance.now();
    const { step } = from;
    const values = await state.run(batch(step), this.#updateAt(step, from));
    const gradientNorm = state.gradientNorm();
    const error = await nonFiniteStep(values, { step, nameBatch, gradientNorm, state });
    if (error) return { records: [], error };
    state.commit();
    const milliseconds = performance.now() - begin;
    this.#fit(milliseconds);
    return { records: [{ ...values, gradientNorm, milliseconds }] };
  }

  /** Undefined if the state went back. */
  async #stretch(ahead: StepsAhead, from: Ahead, count: number): Promise<readonly StepRecord[] | undefined> {
    const { batch, signal } = this.#options;
    const begin = performance.now();
    let done = 0;
    try {
      do {
        const step = from.step + done;
        await ahead.advance(batch(step), this.#updateAt(step, from));
        done++;
      } while (done < count && !signal?.aborted);
    } catch (error) {
      // an earlier step that is not finite comes first; if the device is lost, its first error tells more
      const numbers = done > 0 ? await ahead.settle(done).catch(() => []) : [];
      if (numbers) throw error;
      return undefined;
    }
    const numbers = await ahead.settle(done);
    if (!numbers) return undefined;
    const milliseconds = (performance.now() - begin) / done;
    this.#fit(milliseconds);
    return numbers.map((each) => ({ ...each, milliseconds }));
  }

  #updateAt(step: number, { counters: { skipped, rateFactor } }: Ahead) {
    return this.#options.optimizer.updateAt({ step, updates: step - skipped, rateFactor });
  }

  /** The next stretch is twice as long, if that is not too long. */
  #fit(milliseconds: number): void {
    this.#length = Math.max(1, Math.min(2 * this.#length, Math.floor(MOST_MS / milliseconds)));
  }
}
