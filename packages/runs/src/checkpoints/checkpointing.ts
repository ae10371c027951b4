// When checkpoints are written, as a callback of `fit`.
import type { Callback, Moment, RunState } from '@flowvae/training';

/** When checkpoints are written and how many are kept. */
export interface CheckpointSchedule {
  /** Steps from one checkpoint to the next; absent: by time. */
  readonly checkpointEvery?: number | undefined;
  /**
   * Seconds from one checkpoint to the next, if they are not written by steps. Default 60. The time grows to a hundred
   * times the last checkpoint's duration, so checkpoints never cost more than 1 % of the time.
   */
  readonly checkpointSeconds?: number | undefined;
  /** How many of the latest are kept. Default 2. */
  readonly keepCheckpoints?: number | undefined;
}

/** The actions of writing checkpoints. */
interface CheckpointActions {
  write(state: RunState): void;
  prune(keep: number): void;
  /** Whether a step has the best validation so far: its checkpoint is always written. */
  isBest(step: number): boolean;
  /** Reports why a checkpoint is not written. */
  tell(notice: string): void;
}

const DEFAULT_SECONDS = 60;
const DEFAULT_KEPT = 2;

/** Least ratio of the time between checkpoints to a checkpoint's duration. */
const LEAST_RATIO = 100;

/**
 * The first value of parameters and slots that is not finite, as text; undefined if training can continue from the
 * state.
 */
function culprit({ parameters, slots }: RunState): string | undefined {
  const groups = [['parameter', parameters] as const, ...Object.entries(slots).map((slot) => slot)];
  for (const [group, arrays] of groups) {
    for (const [name, values] of Object.entries(arrays)) {
      const at = values.findIndex((value) => !Number.isFinite(value));
      if (at < 0) continue;
      return `${group === 'parameter' ? `parameter ${name}` : `the optimiser's ${group} of ${name}`}[${at}] is ${values[at]}`;
    }
  }
  return undefined;
}

/** One line for the run's watcher, said once: an infinite slot stays infinite. */
function explain(step: number, found: string, kept: number): string {
  const last = kept > 0 ? `the last good one, of step ${kept}, stays` : 'there is none yet';
  return (
    `no checkpoint at step ${step}: ${found}, and no run can go on from that; ${last}. ` +
    'None will be written while a value is not finite, so all training from here on is lost if the run is stopped. ' +
    'Stop it and begin again with a lower rate'
  );
}

/**
 * Writes checkpoints when they are due, at the best validation, and at the end. While parameters or the optimiser's
 * slots are not finite, none is written and none removed, so that the last good one stays; `tell` is called once.
 */
export function checkpointing(
  schedule: CheckpointSchedule,
  { write, prune, isBest, tell }: CheckpointActions,
): Callback {
  const { checkpointEvery, checkpointSeconds = DEFAULT_SECONDS, keepCheckpoints = DEFAULT_KEPT } = schedule;
  let written = 0; // the step of the latest checkpoint; step 0 needs none
  let endedAt = performance.now();
  let cost = 0;
  let told = false;
  const save = async (moment: Moment) => {
    const from = performance.now();
    const state = await moment.state();
    const found = culprit(state);
    if (found === undefined) {
      write(state);
      prune(keepCheckpoints);
      written = moment.step;
    } else if (!told) {
      told = true;
      tell(explain(moment.step, found, written));
    }
    endedAt = performance.now();
    cost = endedAt - from;
  };
  const isDue = (step: number) =>
    checkpointEvery === undefined
      ? performance.now() - endedAt >= Math.max(checkpointSeconds * 1000, LEAST_RATIO * cost)
      : step % checkpointEvery === 0;
  return {
    onStart({ from = 0 }) {
      written = from;
      endedAt = performance.now();
    },
    // a validation, which makes a step the best one, needs its step by itself
    needsStep: isDue,
    async onStep(moment) {
      if (isDue(moment.step) || isBest(moment.step)) await save(moment);
    },
    async onEnd(moment) {
      if (moment.step !== written) await save(moment);
    },
  };
}
