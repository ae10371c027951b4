// `flowvae train`: the checks before a tensor library is loaded.
import { resolve } from 'node:path';
import {
  readRunFailure,
  refuseFittedPrior,
  refuseNoRun,
  refuseOtherConfig,
  refuseUsedFolder,
} from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { CheckedSettings, SettingsContext } from '../../config/checked-settings.ts';
import { dataCounts, MOVED_REMEDY } from '../../config/data-check.ts';
import { fallbacks, flagOf, type SettingName, type TrainConfig } from '../../config/settings.ts';
import {
  machineSettings,
  movedSettings,
  refusePageRun,
  runSettings,
  settingsThatMayDiffer,
  storedSettings,
} from '../../config/stored-config.ts';
import { changedSettings, completeSettings, refuseTogether } from '../../config/train-config.ts';
import { refuseUnreachedValidation } from '../../config/validation-check.ts';
import { builtInSettings, isBuiltIn } from '../../definition/built-in.ts';
import { nameOf, type OwnExperiment } from '../../definition/own-experiment.ts';
import { type ExperimentFlags, experimentOfRun, readExperiment } from '../../definition/read-experiment.ts';
import { freshFolder } from '../../files/fresh-folder.ts';
import { refuseStepReached } from '../../run-list/until-check.ts';
import { type FigureFlags, figureFile } from '../figure-flags.ts';
import { destinations, type MlflowFlags } from '../mlflow-flags.ts';
import { type PluginFlags, vocabularyOfConfig, vocabularyOfRun } from '../plugin-options.ts';
import type { ReplayTask, RunFlags, TrainTask } from '../tasks.ts';
import { type ConfigFile, readConfigFile } from './requirements/config-file.ts';
import { imagesNotice, tell, threadsNotice } from './requirements/notices.ts';
import { usualThreads } from './requirements/usual-threads.ts';

/** Options of `train`: those of a run, and settings. */
export interface TrainFlags extends RunFlags, PluginFlags, FigureFlags, MlflowFlags, Record<string, unknown> {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly replay?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly model?: string | undefined;
  readonly until?: number | undefined;
}

/** Beside the run that is taken up. */
interface Resumption extends Pick<RunFlags, 'allowDifferentMachine'> {
  readonly out: string | undefined;
  readonly given: Readonly<Record<string, unknown>>;
  readonly context: SettingsContext;
}

export async function trainCommand(file: string | undefined, flags: TrainFlags): Promise<void> {
  if (flags.replay === undefined) {
    const { task, notices, choosesThreads } = await trainTask(file, flags);
    tell(notices);
    const settings = choosesThreads ? await withUsualThreads(task.settings) : task.settings;
    const { trainAction } = await import('../actions/train.ts');
    await trainAction({ ...task, settings });
  } else {
    const task = await replayTask(flags.replay, { ...flags, model: flags.model ?? file });
    const { replayAction } = await import('../actions/replay.ts');
    await replayAction(task);
  }
}

/** A checked task, and notices about it. */
export interface CheckedTask {
  readonly task: TrainTask;
  readonly notices: readonly (string | undefined)[];
  /** Whether the machine decides the number of threads. */
  readonly choosesThreads: boolean;
}

/** Checks everything that can be checked before a tensor library is loaded. @throws ExpectationError for a mistake */
export async function trainTask(module: string | undefined, flags: TrainFlags): Promise<CheckedTask> {
  const { config: file, out, resume, replay: _, quiet, verbose, json, detached, ...others } = flags;
  const { allowDifferentMachine, checkpointEvery, checkpointMinutes, keepCheckpoints, ...most } = others;
  const { set, model, changedModel, plugin, figures, untitled, until, mlflow, mlflowExperiment, ...options } = most;
  const pictures = figureFile({ figures, untitled });
  const servers = destinations({ mlflow, mlflowExperiment }, resume);
  const ofFile = file === undefined ? undefined : readConfigFile(file);
  const given = { ...ofFile?.settings, ...options };
  const isResumed = resume !== undefined;
  const own = isResumed
    ? await resumedExperiment(resume, { set, model: model ?? module, changedModel })
    : await namedExperiment(module, { set, model, changedModel, ...ofFile });
  const vocabulary = await (isResumed
    ? vocabularyOfRun(resume, { plugin, changedModel })
    : vocabularyOfConfig({ ...ofFile, path: file ?? '' }, { plugin, changedModel }));
  const settings = isResumed
    ? resumedSettings(resume, { out, given, allowDifferentMachine, context: { own, vocabulary } })
    : completeSettings(given, '', {
        own: own && { ...own, given: Object.keys(options) as SettingName[] },
        vocabulary,
      });
  const { config } = settings;
  refuseIdleFactor(options.lrFactor, config);
  refuseIdleEpsilon(options.epsilon, config);
  const folder = resume ?? out ?? freshFolder(own ? nameOf(own) : config.flow, config.seed);
  if (!isResumed) {
    refuseUnreachedValidation(config);
    refuseUsedFolder(folder);
  } else refuseStepReached(folder, until);
  const { readers } = vocabulary;
  const counts = dataCounts(config, { readers, ...(isResumed ? { remedy: MOVED_REMEDY } : {}) });
  if (counts) refuseLargeBatch(config, counts.train);
  const isAsked = options.evalImages !== undefined || config.evalImages !== fallbacks.evalImages;
  return {
    task: {
      ...{ settings, folder, isResumed, figures: pictures, until, mlflow: servers },
      ...{ quiet, verbose, json, detached },
      ...{ allowDifferentMachine, checkpointEvery, checkpointMinutes, keepCheckpoints },
    },
    choosesThreads: !isResumed && !namesThreads(given, own) && config.engine === 'compiled',
    notices: [threadsNotice(config), isAsked && counts ? imagesNotice(config, counts.test) : undefined],
  };
}

/** Whether the user, or the experiment's own options, name a number of threads. */
const namesThreads = (given: Readonly<Record<string, unknown>>, own: OwnExperiment | undefined): boolean =>
  given.threads !== undefined || own?.definition.options?.threads !== undefined;

async function withUsualThreads(settings: CheckedSettings): Promise<CheckedSettings> {
  return { ...settings, config: { ...settings.config, threads: await usualThreads() } };
}

async function replayTask(run: string, flags: TrainFlags): Promise<ReplayTask> {
  const { json = false, quiet, verbose, replay: _, keepCheckpoints: __, data, ...rest } = flags;
  const { model, changedModel, plugin, ...others } = rest;
  const surplus = Object.keys(others)[0];
  if (surplus !== undefined) {
    const where = flagOf(surplus as SettingName);
    throw new ExpectationError({
      where,
      expected: 'only --data, --model, --plugin, --changed-model, --json, --quiet and --verbose beside --replay',
      received: 'it',
    });
  }
  refuseNoRun(run, 'begun');
  readRunFailure(run);
  const changes = data === undefined ? {} : { data: data as string };
  const own = await experimentOfRun(run, { model, changedModel });
  const vocabulary = await vocabularyOfRun(run, { plugin, changedModel });
  const settings = runSettings(run, changes, { own, vocabulary });
  dataCounts(settings.config, { remedy: MOVED_REMEDY, readers: vocabulary.readers });
  return { run, settings, json, quiet, verbose };
}

/** A batch is drawn without replacement. */
function refuseLargeBatch({ batch }: TrainConfig, count: number): void {
  if (batch <= count || batch === fallbacks.batch) return; // the default follows the data
  const expected = `a whole number from 1 to ${count}, the size of the set`;
  throw new ExpectationError({ where: flagOf('batch'), expected, received: String(batch) });
}

/**
 * A factor of the rate without milestones has no effect: on the command line it is a mistake. A config holds all
 * settings, so it may have one.
 */
function refuseIdleFactor(given: unknown, { lrMilestones, lrFactor }: TrainConfig): void {
  if (given === undefined || lrMilestones.length > 0) return;
  const [where, expected] = [flagOf('lrFactor'), `${flagOf('lrMilestones')} beside it`];
  throw new ExpectationError({ where, expected, received: String(lrFactor) });
}

/** As {@link refuseIdleFactor}: gradient descent divides by nothing. */
function refuseIdleEpsilon(given: unknown, { optimizer, epsilon }: TrainConfig): void {
  if (given === undefined || optimizer !== 'sgd') return;
  const expected = `another ${flagOf('optimizer')} than sgd, which divides the gradient by nothing`;
  throw new ExpectationError({ where: flagOf('epsilon'), expected, received: String(epsilon) });
}

/** How a command names an experiment. */
interface Naming extends ExperimentFlags {
  readonly set: Readonly<Record<string, string>> | undefined;
}

/** The experiment of a new run. */
function namedExperiment(
  module: string | undefined,
  { set, model, changedModel, experiment: recorded, plugins }: Naming & Pick<ConfigFile, 'experiment' | 'plugins'>,
): Promise<OwnExperiment> | undefined {
  const isIdle = changedModel && !plugins;
  const idle = model === undefined ? (isIdle ? '--changed-model' : undefined) : '--model';
  if (idle !== undefined) throw needed(idle, '--resume or --replay beside it', remedyFor(idle, module, model));
  if (module !== undefined) return readExperiment(module, set ?? {}, recorded?.settings);
  if (set) throw needed('--set', 'a module with settings of its own, as in flowvae train my.ts --set depth=3');
  if (recorded) throw needed('--config', 'the module of that run before it, as in flowvae train my.ts --config …');
  return undefined;
}

const needed = (where: string, expected: string, remedy = '') =>
  new ExpectationError({ where, expected, received: 'none', remedy });

/** An option that is a setting of the experiment, too. */
function remedyFor(flag: string, module: string | undefined, value: string | undefined): string {
  const name = flag.slice('--'.length);
  const isSetting = module !== undefined && isBuiltIn(module) && builtInSettings(module).includes(name);
  return isSetting ? `did you mean --set ${name}=${value}?` : '';
}

/** The experiment of a run that goes on, whose settings stay. */
function resumedExperiment(run: string, { set, ...flags }: Naming): Promise<OwnExperiment | undefined> {
  if (set) throw new ExpectationError({ where: '--set', expected: 'no --set beside --resume', received: 'it' });
  refuseNoRun(run, 'begun');
  return experimentOfRun(run, { ...flags, onNotice: (notice) => tell([notice]) });
}

/** The settings of a resumed run; other given settings must agree with them. */
function resumedSettings(run: string, resumption: Resumption): CheckedSettings {
  const { out, given, allowDifferentMachine = false, context } = resumption;
  if (out !== undefined && resolve(out) !== resolve(run)) {
    const expected = 'no other folder than the one that --resume names';
    throw new ExpectationError({ where: '--out', expected, received: out });
  }
  refuseNoRun(run, 'begun');
  refuseFittedPrior(run);
  refusePageRun(run);
  const stored = changedSettings(storedSettings(run, context), movedSettings(run));
  const settings = changedSettings(stored, given);
  refuseTogether(settings);
  const except = [...settingsThatMayDiffer(allowDifferentMachine), 'data'];
  const remedy = 'bytes may differ under another; allow it with --allow-different-machine';
  const remedies = { fields: machineSettings, remedy };
  refuseOtherConfig(`${run}/config.json`, { expected: stored.config, received: settings.config, except, remedies });
  return settings;
}
