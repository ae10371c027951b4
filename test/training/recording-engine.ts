// A third engine, as somebody else would bring it: it has only what every engine must have, keeps a record, and lets
// the eager one compute.
import { type Engine, engines } from '@flowvae/training';

/** What was opened, run and freed. */
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
