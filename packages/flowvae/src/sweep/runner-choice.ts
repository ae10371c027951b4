// Where the runs of a sweep are done: as options say, and as the sweep's folder keeps it for the next time.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSealed, sealed, writeFileAtomically } from '@flowvae/runs/plain';
import { isSetBySweep, processes, type Runner, type Scheduler, scheduled, slurm, slurmSeconds } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import { flagNamed } from '../config/setting/setting.ts';
import { settings } from '../config/settings.ts';
import type { StoredSweep } from './sweep-folder.ts';

/** Names of runners. */
export const runnerNames = ['processes', 'slurm'] as const;

const stored = z.object({
  format: z.literal(1),
  runner: z.enum(runnerNames),
  /** Runs at once. */
  jobs: z.int().min(1).optional(),
  timeLimit: z.string().optional(),
  partition: z.string().optional(),
  /** MiB of each job. */
  memory: z.int().min(1).optional(),
  /** Seconds. */
  stopBefore: z.int().min(1).optional(),
  sbatch: z.record(z.string(), z.string()).optional(),
});

type Stored = z.infer<typeof stored>;

/** Options about the runner. */
export type RunnerFlags = Partial<Omit<Stored, 'format'>> & {
  readonly freeMemory?: number;
  readonly submitOnly?: boolean;
};

/** The runner of a sweep with its options. */
export interface RunnerChoice extends Stored {
  /** MiB. */
  readonly freeMemory: number;
  /** Whether to end before the runs do. */
  readonly submitOnly: boolean;
}

const FILE = 'runner.json';

/** Options with a meaning for jobs of Slurm alone. */
const ofSlurm = ['timeLimit', 'partition', 'memory', 'stopBefore', 'sbatch'] as const;

/** Seconds before the time limit at which a run is asked to stop. */
const STOP_BEFORE = 120;

/**
 * The runner that options name, or else the one that a folder was last done by.
 *
 * @param folder of a sweep that goes on
 * @throws ExpectationError for options that contradict each other
 */
export function runnerChoice(flags: RunnerFlags, folder?: string): RunnerChoice {
  const before = folder === undefined ? undefined : keptChoice(folder);
  const runner = flags.runner ?? before?.runner ?? 'processes';
  const own = [...ofSlurm, 'submitOnly'] as const;
  const stranger = runner === 'slurm' ? undefined : own.find((name) => flags[name] !== undefined);
  if (stranger !== undefined) throw refused(flagNamed(stranger), '--runner slurm beside it', 'none');
  const { freeMemory, submitOnly = false } = flags;
  if (runner === 'slurm' && freeMemory !== undefined) {
    throw refused('--free-memory', '--memory <MiB> for jobs of Slurm', '--free-memory');
  }
  const kept = before?.runner === runner ? before : undefined;
  const choice = { ...kept, ...given(flags), format: 1 as const, runner, freeMemory: freeMemory ?? 0, submitOnly };
  refuseMistakes(choice);
  return choice;
}

const given = (flags: RunnerFlags): Partial<Stored> =>
  Object.fromEntries(
    (['jobs', ...ofSlurm] as const).flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );

function refuseMistakes({ timeLimit, stopBefore = STOP_BEFORE, sbatch = {} }: RunnerChoice): void {
  const own = Object.keys(sbatch).find(isSetBySweep);
  if (own !== undefined) throw refused(`--sbatch ${own}`, 'an option that a sweep does not set itself', own);
  if (timeLimit === undefined || timeLimit === 'UNLIMITED') return;
  const seconds = slurmSeconds(timeLimit);
  if (seconds === undefined) {
    throw refused('--time-limit', 'minutes, hours:minutes:seconds, or days-hours', `'${timeLimit}'`);
  }
  if (seconds > stopBefore) return;
  throw refused('--time-limit', `more than the ${stopBefore} seconds of --stop-before`, `${seconds} seconds`);
}

/** Keeps the runner for the next time. */
export function keepChoice(folder: string, choice: RunnerChoice): void {
  const { freeMemory: _, submitOnly: __, ...kept } = choice;
  if (kept.runner === 'processes' && kept.jobs === undefined && !existsSync(join(folder, FILE))) return;
  writeFileAtomically(join(folder, FILE), sealed(kept));
}

/** The runner that a folder was last done by; undefined where it never had options. */
function keptChoice(folder: string): Stored | undefined {
  const path = join(folder, FILE);
  return existsSync(path) ? stored.parse(readSealed(path)) : undefined;
}

/** The runner itself. */
export function runnerOf(choice: RunnerChoice, sweep: StoredSweep): Runner {
  const { runner, jobs, freeMemory, submitOnly } = choice;
  if (runner === 'processes') return processes({ jobs: jobs ?? 1, freeMemory });
  return scheduled(schedulerOf(choice, sweep), { jobs, wait: !submitOnly });
}

/** The scheduler that may have jobs of a folder. */
export const schedulerIn = (folder: string, sweep: StoredSweep): Scheduler =>
  schedulerOf(keptChoice(folder) ?? { format: 1, runner: 'slurm' }, sweep);

function schedulerOf({ timeLimit, partition, memory, stopBefore, sbatch }: Stored, { trials }: StoredSweep): Scheduler {
  const threads = trials.map((trial) => (trial.settings.threads as number | undefined) ?? settings.threads.fallback);
  return slurm({
    threads: Math.max(...threads),
    timeLimit,
    partition,
    memory,
    stopBefore: stopBefore ?? STOP_BEFORE,
    others: sbatch ?? {},
  });
}

const refused = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });
