// The runner of this machine: some processes at a time.
import { setMaxListeners } from 'node:events';
import { mkdirSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { doJobs } from '../jobs/do-jobs.ts';
import type { Runner } from '../jobs/runner.ts';
import { runProcess } from './job-process.ts';

/** Options of {@link processes}. */
export interface ProcessesOptions {
  /** At most this many at once. */
  readonly jobs: number;
  /** A further job waits while the machine has less free memory, MiB. Default 0. The first one never waits. */
  readonly freeMemory?: number;
}

/** How often the free memory is asked for, in milliseconds. */
const RETRY = 1000;

/** Listeners of others. */
const SPARE = 10;

/** Runs jobs as processes of this machine, with a log for each under `logs/`. */
export const processes = ({ jobs, freeMemory = 0 }: ProcessesOptions): Runner => ({
  name: 'processes',
  run(list, { folder, commandOf, isDone, progressOf, signal, onChange }) {
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    setMaxListeners(jobs + SPARE, signal); // each job listens; by itself Node warns of more than ten listeners
    return doJobs(list, {
      jobs,
      isDone,
      progressOf,
      signal,
      ...(onChange ? { onChange } : {}),
      async admission(running) {
        while (running > 0 && freemem() < freeMemory * 2 ** 20 && !signal.aborted) await pause(RETRY);
      },
      run: (job) => runProcess({ command: commandOf(job), log: join(logs, `${job.slug}.log`), signal }),
    });
  },
});
