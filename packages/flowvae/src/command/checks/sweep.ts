// `flowvae sweep`: the checks before any run begins.
import { ProgressLine, refuseUsedFolder } from '@flowvae/runs/plain';
import { hasArrays } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { flagNamed } from '../../config/setting/setting.ts';
import { freshFolder } from '../../files/fresh-folder.ts';
import { type DescribingFlags, describedSweep } from '../../sweep/described-sweep.ts';
import { newSweep } from '../../sweep/new-sweep.ts';
import { keepChoice, type RunnerFlags, runnerChoice, runnerOf, schedulerIn } from '../../sweep/runner-choice.ts';
import { readSweepFolder, refuseChangedModules, writeSweep } from '../../sweep/sweep-folder.ts';
import type { TriedRun } from '../../sweep/tried-runs.ts';
import { namedDestination } from '../mlflow-flags.ts';
import { namedVocabulary } from '../plugin-options.ts';
import { tell } from './requirements/notices.ts';
import { type TrainFlags, trainTask } from './train.ts';

/** Options of `sweep` beside the shared settings of its runs. */
export interface SweepFlags extends DescribingFlags, RunnerFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly index?: number;
  readonly until?: number;
  readonly halving?: number;
  readonly minSteps?: number;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly detached?: boolean;
  readonly allowDifferentMachine?: boolean;
  readonly changedModel?: boolean;
  readonly mlflow?: string;
  readonly mlflowExperiment?: string;
}

/** How the runs of a sweep are done; all may differ when it goes on. */
const RUNNING = [
  'jobs',
  'freeMemory',
  'runner',
  'timeLimit',
  'stopBefore',
  'partition',
  'memory',
  'sbatch',
  'submitOnly',
  'json',
  'quiet',
  'detached',
  'allowDifferentMachine',
  'changedModel',
  'mlflow',
  'mlflowExperiment',
] as const;

export async function sweepCommand(file: string | undefined, flags: SweepFlags): Promise<void> {
  const { resume, index, until } = flags;
  if (index !== undefined) return oneRun(file, flags);
  const mlflow = { mlflow: flags.mlflow, mlflowExperiment: flags.mlflowExperiment };
  namedDestination(mlflow); // before anything is written
  if (until !== undefined) throw refused('--until', '--index <n> beside it', 'none');
  const runner = runnerChoice(flags, resume);
  const described = resume === undefined ? await describedByUser(file, flags) : undefined;
  const { folder, sweep } = described ?? taken(resume!, file, flags);
  if (flags.list) {
    for (const trial of sweep.trials) process.stdout.write(`${JSON.stringify(trial)}\n`);
    return;
  }
  if (runner.submitOnly && sweep.halving) {
    throw refused('--submit-only', 'no sweep by halving, whose rungs are submitted in turn', '--halving');
  }
  if (described?.wantsDevice && flags.runner !== 'slurm') await requireDevice();
  if (described) {
    refuseUsedFolder(folder);
    await tryAll(described.runs, flags.quiet);
    writeSweep(folder, sweep);
  }
  keepChoice(folder, runner);
  const { sweepAction } = await import('../actions/sweep.ts');
  const { json = false, quiet = false, detached = false } = flags;
  const { allowDifferentMachine = false, changedModel = false } = flags;
  const allowed = { allowDifferentMachine, changedModel };
  await sweepAction({ folder, sweep, runner: runnerOf(runner, sweep), json, quiet, detached, ...allowed, mlflow });
}

export async function sweepStatusCommand(folder: string, { json = false }: { json?: boolean }): Promise<void> {
  const { statusAction } = await import('../actions/sweep-status.ts');
  const sweep = readSweepFolder(folder);
  await statusAction(folder, sweep, {
    isJson: json,
    scheduler: hasArrays(folder) ? schedulerIn(folder, sweep) : undefined,
  });
}

export async function sweepCancelCommand(folder: string): Promise<void> {
  const sweep = readSweepFolder(folder);
  const { cancelAction } = await import('../actions/sweep-cancel.ts');
  await cancelAction(folder, hasArrays(folder) ? schedulerIn(folder, sweep) : undefined);
}

/** A sweep of a file, or of options. */
async function describedByUser(file: string | undefined, flags: SweepFlags) {
  const { out, jobs = 1, runner } = flags;
  const spec = describedSweep(file, flags);
  const vocabulary = await namedVocabulary(spec.plugins);
  const folder = out ?? freshFolder('sweep', 0).replace(/-seed0/, '');
  const { sweep, notices, wantsDevice, runs } = await newSweep(spec, {
    ...flags,
    jobs: runner === 'slurm' ? 1 : jobs, // jobs of a cluster share no cores
    vocabulary,
    check: (module, options) => trainTask(module, { ...options, out: `${folder}/runs/new` } as TrainFlags),
  });
  tell(notices);
  return { folder, sweep, wantsDevice, runs };
}

/** Tries all runs on their data, with a line of progress on a terminal. @throws ExpectationError for a mistake */
async function tryAll(runs: readonly TriedRun[], isQuiet = false): Promise<void> {
  const { tryRuns } = await import('../../sweep/tried-runs.ts');
  const line = new ProgressLine(process.stderr);
  const isShown = process.stderr.isTTY && !isQuiet;
  try {
    await tryRuns(runs, (done) => isShown && line.show(`checking run ${done + 1}/${runs.length}`));
  } finally {
    line.end();
  }
}

/** @throws ExpectationError where this machine has no usable graphics card */
async function requireDevice(): Promise<void> {
  const { chooseTrainingBackend } = await import('../../run/evaluate-test.ts');
  await chooseTrainingBackend('webgpu', { isResumed: false });
}

/** A sweep that goes on: its description stays. */
function taken(folder: string, file: string | undefined, flags: SweepFlags) {
  const sweep = readSweepFolder(folder);
  const kept: readonly string[] = [...RUNNING, 'resume', 'index', 'until', 'list'];
  const surplus = file ?? Object.keys(flags).find((name) => !kept.includes(name));
  if (surplus !== undefined) {
    throw refused('--resume', 'nothing that describes runs beside it', file ?? flagNamed(surplus));
  }
  if (!flags.changedModel) refuseChangedModules(folder, sweep);
  return { folder, sweep };
}

/** Options that a single run takes. */
const SINGLE: readonly string[] = [
  ...['resume', 'index', 'until', 'json', 'quiet', 'detached', 'allowDifferentMachine', 'changedModel'],
  ...['mlflow', 'mlflowExperiment'],
];

/** One run in this process. */
async function oneRun(file: string | undefined, flags: SweepFlags): Promise<void> {
  const { resume, index, until, detached, allowDifferentMachine, changedModel, mlflow, mlflowExperiment } = flags;
  if (resume === undefined) throw refused('--index', '--resume <folder> beside it', 'none');
  const { sweep } = taken(resume, file, flags);
  const idle = Object.keys(flags).find((name) => !SINGLE.includes(name));
  if (idle !== undefined) throw refused('--index', 'nothing about several runs beside it', flagNamed(idle));
  const trial = sweep.trials[index!];
  if (!trial) throw refused('--index', `a whole number from 0 to ${sweep.trials.length - 1}`, String(index));
  if (sweep.halving && until === undefined) {
    const expected = '--until <step> beside it: in a sweep by halving, the rungs decide which runs go on';
    throw refused('--index', expected, 'none');
  }
  const { doTrial } = await import('../../sweep/do-trial.ts');
  const { plugins } = sweep;
  const allowed = { allowDifferentMachine, changedModel, detached };
  await doTrial(resume, { trial, plugins, ...allowed, until, mlflow: { mlflow, mlflowExperiment } });
}

const refused = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });
