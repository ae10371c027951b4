// A third engine, as a user would write it: it has only the required methods, keeps a record, and lets the eager engine
// compute.
import { type Engine, engines } from '@flowvae/training';

/** The record of opened, run and freed functions. */
export interface Recorded {
  opened: number;
  runs: number;
  disposed: number;
}

/** A new engine and its record. */
export function recordingEngine(): { readonly engine: Engine; readonly recorded: Recorded } {
  const recorded = { opened: 0, runs: 0, disposed: 0 };
  const engine: Engine = {
    kind: 'recording',
    async open(fn, shapes, options) {
      const { run, dispose } = await engines.eager.open(fn, shapes, options);
      recorded.opened++;
      return {
        run(values) {
          recorded.runs++;
          return run(values);
        },
        async dispose() {
          recorded.disposed++;
          await dispose();
        },
      };
    },
  };
  return { engine, recorded };
}
