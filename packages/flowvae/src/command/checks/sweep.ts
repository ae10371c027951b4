// `flowvae sweep`: the checks before any run begins.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { completeSpec, type RawSpec, readSweep, type SweepSpec } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { absoluteData } from '../../config/data-check.ts';
import { flagOf, type SettingName, settings } from '../../config/settings.ts';
import { freshFolder } from '../../files/fresh-folder.ts';
import type { ModuleRecord } from '../../modules/module-files.ts';
import { version } from '../../run/version.ts';
import { halvedSpec } from '../../sweep/halved-spec.ts';
import { plannedTrials } from '../../sweep/planned-trials.ts';
import {
  type PlannedTrial,
  readSweepFolder,
  refuseChangedModules,
  type StoredSweep,
  writeSweep,
} from '../../sweep/sweep-folder.ts';
import { namedDestination } from '../mlflow-flags.ts';
import { namedVocabulary } from '../plugin-options.ts';
import { tell } from './notices.ts';
import { type TrainFlags, trainTask } from './train.ts';

/** Values of varied settings by name, as texts. */
export type Grid = Readonly<Record<string, readonly string[]>>;

/** Options of `sweep` beside the shared settings of its runs. */
export interface SweepFlags extends Record<string, unknown> {
  readonly grid?: Grid;
  readonly seeds?: number;
  readonly set?: Readonly<Record<string, string>>;
  readonly plugin?: readonly string[];
  readonly out?: string;
  readonly resume?: string;
  readonly index?: number;
  readonly until?: number;
  readonly halving?: number;
  readonly minSteps?: number;
  readonly list?: boolean;
  readonly jobs?: number;
  readonly freeMemory?: number;
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
  const { folder, sweep } = resume === undefined ? await newSweep(file, flags) : taken(resume, file, flags);
  if (flags.list) {
    for (const trial of sweep.trials) process.stdout.write(`${JSON.stringify(trial)}\n`);
    return;
  }
  if (resume === undefined) writeSweep(folder, sweep);
  const { sweepAction } = await import('../actions/sweep.ts');
  const { jobs = 1, freeMemory = 0, json = false, quiet = false, detached = false } = flags;
  const { allowDifferentMachine = false, changedModel = false } = flags;
  const allowed = { allowDifferentMachine, changedModel };
  await sweepAction({ folder, sweep, jobs, freeMemory, json, quiet, detached, ...allowed, mlflow });
}

export async function sweepStatusCommand(folder: string, { json = false }: { json?: boolean }): Promise<void> {
  const { statusAction } = await import('../actions/sweep-status.ts');
  statusAction(folder, readSweepFolder(folder), json);
}

export async function sweepCancelCommand(folder: string): Promise<void> {
  readSweepFolder(folder);
  const { cancelAction } = await import('../actions/sweep-cancel.ts');
  cancelAction(folder);
}

/** A sweep of a file, or of options. */
async function newSweep(file: string | undefined, flags: SweepFlags) {
  const { grid, seeds, set, plugin = [], out, jobs = 1 } = flags;
  const shared = sharedSettings(flags);
  const isFile = file !== undefined && /\.(ya?ml|json)$/.test(file);
  if (isFile && grid) throw refused('--grid', 'no --grid beside a sweep file', Object.keys(grid).join(', '));
  const given = isFile ? readSweep(readText(file), file) : undefined;
  const raw: RawSpec = {
    ...(file === undefined || isFile ? {} : { module: file }),
    vary: Object.fromEntries(Object.entries(grid ?? {}).map(([name, values]) => [name, [...values]])),
  };
  const spec = given ?? completeSpec(raw);
  refuseSharedColumns(spec, shared);
  const whole: SweepSpec = {
    ...spec,
    plugins: [...spec.plugins, ...plugin],
    settings: { threads: threadsFor(jobs), ...spec.settings, ...shared },
    set: { ...spec.set, ...set },
    ...(seeds === undefined ? {} : { seeds: Array.from({ length: seeds }, (_, i) => i) }),
  };
  const halved = halvedSpec(whole, flags);
  const vocabulary = await namedVocabulary(whole.plugins);
  const notices = new Set<string>();
  const modules = new Map<string, ModuleRecord>();
  const folder = out ?? freshFolder('sweep', 0).replace(/-seed0/, '');
  const trials = await plannedTrials(halved?.spec ?? whole, vocabulary, async (module, options) => {
    const checked = await trainTask(module, { ...options, out: `${folder}/runs/new` } as TrainFlags);
    for (const notice of checked.notices) if (notice !== undefined) notices.add(notice);
    const record = checked.task.settings.own?.module;
    if (module !== undefined && record) modules.set(module, record);
  });
  tell([...notices]);
  const plugins = vocabulary.plugins.flatMap(({ record }) => record ?? []);
  const halving = halved ? { halving: halved.halving } : {};
  const sweep: StoredSweep = {
    format: 1,
    version,
    plugins: plugins.map(({ path }) => path),
    modules: [...new Map([...modules.values(), ...plugins].map((record) => [record.path, record])).values()],
    ...halving,
    trials: trials.map((trial) => inAnyFolder(trial, modules)),
  };
  return { folder, sweep };
}

/** Paths that do not depend on the current folder: a sweep may go on from another one. */
function inAnyFolder({ module, settings: given, ...trial }: PlannedTrial, modules: ReadonlyMap<string, ModuleRecord>) {
  const { data } = given;
  return {
    ...trial,
    ...(module === undefined ? {} : { module: modules.get(module)?.path ?? module }),
    settings: { ...given, ...(typeof data === 'string' ? { data: absoluteData(data) } : {}) },
  };
}

/** Cores that each of several runs has for itself. */
const threadsFor = (jobs: number) =>
  String(Math.max(1, Math.min(settings.threads.fallback, Math.floor(availableParallelism() / jobs))));

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refused(path, 'a sweep file', (error as Error).message);
  }
}

/** Settings of `train` among the options, as texts. */
function sharedSettings(flags: SweepFlags): Record<string, string> {
  const given = (Object.keys(settings) as SettingName[]).filter((name) => flags[name] !== undefined);
  if (given.includes('seed')) throw refused('--seed', '--seeds <n>', '--seed');
  return Object.fromEntries(given.map((name) => [name, String(flags[name])]));
}

/** A setting that varies cannot be shared. */
function refuseSharedColumns({ columns }: SweepSpec, shared: Readonly<Record<string, string>>): void {
  const twice = columns.find(({ setting }) => shared[setting] !== undefined);
  if (!twice) return;
  const where = flagOf(twice.setting as SettingName);
  throw refused(where, 'no value beside a column that varies it', shared[twice.setting]!);
}

/** A sweep that goes on: its description stays. */
function taken(folder: string, file: string | undefined, flags: SweepFlags) {
  const sweep = readSweepFolder(folder);
  const kept: readonly string[] = [...RUNNING, 'resume', 'index', 'until', 'list'];
  const surplus = file ?? Object.keys(flags).find((name) => !kept.includes(name));
  if (surplus !== undefined) {
    throw refused('--resume', 'nothing that describes runs beside it', file ?? flagOf(surplus as SettingName));
  }
  if (!flags.changedModel) refuseChangedModules(folder, sweep);
  return { folder, sweep };
}

/** One run in this process. */
async function oneRun(file: string | undefined, flags: SweepFlags): Promise<void> {
  const { resume, index, until, allowDifferentMachine, changedModel, mlflow, mlflowExperiment } = flags;
  if (resume === undefined) throw refused('--index', '--resume <folder> beside it', 'none');
  const { sweep } = taken(resume, file, flags);
  const trial = sweep.trials[index!];
  if (!trial) throw refused('--index', `a whole number from 0 to ${sweep.trials.length - 1}`, String(index));
  const { doTrial } = await import('../../sweep/do-trial.ts');
  await doTrial(resume, {
    trial,
    plugins: sweep.plugins,
    allowDifferentMachine,
    changedModel,
    until,
    mlflow: { mlflow, mlflowExperiment },
  });
}

const refused = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });
