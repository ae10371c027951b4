// A new sweep: its description, every run checked, as its folder holds it.
import { availableParallelism } from 'node:os';
import type { SweepSpec } from '@flowvae/sweeps';
import type { CheckedTask } from '../command/checks/train.ts';
import { settings } from '../config/settings.ts';
import type { ModuleRecord } from '../modules/module-files.ts';
import type { Vocabulary } from '../plugins/vocabulary.ts';
import { version } from '../run/version.ts';
import { type HalvingFlags, halvingPlan } from './halving-plan.ts';
import { plannedTrials } from './planned-trials.ts';
import type { StoredSweep } from './sweep-folder.ts';
import { inAnyFolder } from './sweep-paths.ts';
import type { TriedRun } from './tried-runs.ts';

/** Options of {@link newSweep}. */
export interface NewSweepOptions extends HalvingFlags {
  /** Runs at once. */
  readonly jobs: number;
  readonly vocabulary: Vocabulary;
  /** Checks the options of one run. */
  readonly check: (module: string | undefined, flags: Readonly<Record<string, unknown>>) => Promise<CheckedTask>;
}

/** A sweep that is not written yet, and notices about its runs. */
export interface NewSweep {
  readonly sweep: StoredSweep;
  readonly notices: readonly string[];
  /** Whether a run trains on a graphics card. */
  readonly wantsDevice: boolean;
  /** Its runs, to be tried on their data. */
  readonly runs: readonly TriedRun[];
}

/** Checks all runs. @throws ExpectationError for the first mistake */
export async function newSweep(spec: SweepSpec, options: NewSweepOptions): Promise<NewSweep> {
  const { jobs, vocabulary, check } = options;
  const notices = new Set<string>();
  const modules = new Map<string, ModuleRecord>();
  /** Modules that name the number of threads themselves. */
  const threaded = new Set<string | undefined>();
  let wantsDevice = false;
  const checked = await plannedTrials(spec, vocabulary, async (module, flags) => {
    const found = await check(module, flags);
    for (const notice of found.notices) if (notice !== undefined) notices.add(notice);
    const { config, own } = found.task.settings;
    wantsDevice ||= config.engine === 'webgpu';
    if (module !== undefined && own?.module) modules.set(module, own.module);
    if (own?.definition.options?.threads !== undefined) threaded.add(module);
    return found.task.settings;
  });
  const plan = halvingPlan(checked, spec.seeds.length, options);
  const trials = checked.map(({ trial }) => {
    const threads = threaded.has(trial.module) ? {} : { threads: threadsFor(jobs) };
    const validations = plan ? { validateEvery: plan.validateEvery } : {};
    return inAnyFolder({ ...trial, settings: { ...threads, ...trial.settings, ...validations } }, modules);
  });
  const plugins = vocabulary.plugins.flatMap(({ record }) => record ?? []);
  const records = new Map([...modules.values(), ...plugins].map((record) => [record.path, record]));
  const sweep: StoredSweep = {
    format: 1,
    version,
    plugins: plugins.map(({ path }) => path),
    modules: [...records.values()],
    ...(plan ? { halving: plan.halving } : {}),
    trials,
  };
  const runs = checked.map(({ trial: { slug }, settings }) => ({ slug, settings }));
  return { sweep, notices: [...notices], wantsDevice, runs };
}

/** Cores that each of several runs has for itself: bytes depend on it, so the sweep keeps it. */
const threadsFor = (jobs: number) =>
  Math.max(1, Math.min(settings.threads.fallback, Math.floor(availableParallelism() / jobs)));
