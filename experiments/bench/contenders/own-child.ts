// A measurement of flowvae in a separate process, for quantities that only a new process shows: memory, the time to
// trace with cold code.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Candidate } from '../measurement.ts';
import type { Setting } from '../setting.ts';

/** The task that a program in children/ reads. */
export interface ChildTask extends Setting {
  readonly what: string;
  readonly count: number;
}

/** A candidate whose every measurement is the number that a program in children/ prints. */
export const ownChild = (name: string, program: string, setting: Setting, what: string): Candidate => ({
  name,
  start: async () => ({
    async measure(count) {
      const path = fileURLToPath(new URL(`../children/${program}`, import.meta.url));
      const task: ChildTask = { ...setting, what, count };
      const args = ['--import', import.meta.resolve('tsx'), path, JSON.stringify(task)];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      return Number(stdout);
    },
    close: async () => {},
  }),
});

/** The task of this process; the number goes to stdout. */
export const readTask = (): ChildTask => JSON.parse(process.argv[2]!) as ChildTask;
