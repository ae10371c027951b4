// When checkpoints are written, as a callback of `fit`.
import type { Callback, Moment, RunState, ValuesByName } from '@flowvae/training';

/** When checkpoints are written and how many are kept. */
export interface CheckpointSchedule {
  /** Steps from one checkpoint to the next; left out: by time. */
  readonly checkpointEvery?: number | undefined;
  /**
   * Seconds from one checkpoint to the next, where they are not written by steps. Default 60. It stretches to a hundred times what the last
   * one took to write, so checkpoints never cost more than 1 % of the time.
   */
  readonly checkpointSeconds?: number | undefined;
  /** How many of the latest are kept. Default 2. */
  readonly keepCheckpoints?: number | undefined;
}

/** What writing them takes. */
interface CheckpointActions {
  write(state: RunState): void;
  prune(keep: number): void;
  /** Whether a step has the best validation so far: its checkpoint is always written. */
  isBest(step: number): boolean;
}

const DEFAULT_SECONDS = 60;
const DEFAULT_KEPT = 2;

/** Time between checkpoints is at least this many times what one takes. */
const LEAST_RATIO = 100;

const areFinite = (arrays: ValuesByName) => Object.values(arrays).every((values) => values.every(Number.isFinite));

/** Whether training can go on from a state. */
const isGood = ({ parameters, slots }: RunState) => [parameters, ...Object.values(slots)].every(areFinite);

/**
 * Writes checkpoints when they are due, at the best validation, and at the end. Where parameters or the optimiser's slots are not finite,
 * none is written and none removed, so that the last good one stays.
 */
export function checkpointing(schedule: CheckpointSchedule, { write, prune, isBest }: CheckpointActions): Callback {
  const { checkpointEvery, checkpointSeconds = DEFAULT_SECONDS, keepCheckpoints = DEFAULT_KEPT } = schedule;
  let written = 0; // the step of the latest; at step 0 there is nothing to keep
  let endedAt = performance.now();
  let cost = 0;
  const save = async (moment: Moment) => {
    const from = performance.now();
    const state = await moment.state();
    if (isGood(state)) {
      write(state);
      prune(keepCheckpoints);
      written = moment.step;
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
    async onStep(moment) {
      if (isDue(moment.step) || isBest(moment.step)) await save(moment);
    },
    async onEnd(moment) {
      if (moment.step !== written) await save(moment);
    },
  };
}
