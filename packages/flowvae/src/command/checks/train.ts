// `flowvae train`: the checks before a tensor library is loaded.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readRunFailure, refuseNoRun, refuseOtherConfig, refuseUsedFolder } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { CheckedSettings } from '../../config/checked-settings.ts';
import { dataCounts, MOVED_REMEDY } from '../../config/data-check.ts';
import { fallbacks, flagOf, type SettingName, type TrainConfig } from '../../config/settings.ts';
import { runSettings, settingsThatMayDiffer, storedSettings } from '../../config/stored-config.ts';
import { changedSettings, completeSettings, refuseTogether } from '../../config/train-config.ts';
import { refuseUnreachedValidation } from '../../config/validation-check.ts';
import type { ReplayTask, RunFlags, TrainTask } from '../tasks.ts';
import { readConfigFile } from './config-file.ts';
import { imagesNotice, tell, threadsNotice } from './notices.ts';

/** Options of `train`: those of a run, and settings. */
interface TrainFlags extends RunFlags, Record<string, unknown> {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly replay?: string;
}

/** Beside the run that is taken up. */
interface Resumption extends Pick<RunFlags, 'allowDifferentMachine'> {
  readonly out: string | undefined;
  readonly given: Readonly<Record<string, unknown>>;
}

export async function trainCommand(flags: TrainFlags): Promise<void> {
  if (flags.replay === undefined) {
    const task = trainTask(flags);
    const { trainAction } = await import('../actions/train.ts');
    await trainAction(task);
  } else {
    const task = replayTask(flags.replay, flags);
    const { replayAction } = await import('../actions/replay.ts');
    await replayAction(task);
  }
}

function trainTask(flags: TrainFlags): TrainTask {
  const { config: file, out, resume, replay: _, quiet, verbose, json, detached, ...others } = flags;
  const { allowDifferentMachine, checkpointEvery, checkpointMinutes, keepCheckpoints, ...options } = others;
  const given = file === undefined ? options : { ...readConfigFile(file), ...options };
  const isResumed = resume !== undefined;
  const settings = isResumed ? resumedSettings(resume, { out, given, allowDifferentMachine }) : completeSettings(given);
  const { config } = settings;
  refuseIdleFactor(options.lrFactor, config);
  const folder = resume ?? out ?? freshFolder(config);
  if (!isResumed) {
    refuseUnreachedValidation(config);
    refuseUsedFolder(folder);
  }
  const counts = dataCounts(config, isResumed ? { remedy: MOVED_REMEDY } : {});
  if (counts) refuseLargeBatch(config, counts.train);
  const isAsked = options.evalImages !== undefined || config.evalImages !== fallbacks.evalImages;
  tell([threadsNotice(config), isAsked && counts ? imagesNotice(config, counts.test) : undefined]);
  return {
    ...{ settings, folder, isResumed },
    ...{ quiet, verbose, json, detached },
    ...{ allowDifferentMachine, checkpointEvery, checkpointMinutes, keepCheckpoints },
  };
}

function replayTask(
  run: string,
  { json = false, quiet, verbose, replay: _, keepCheckpoints: __, data, ...others }: TrainFlags,
): ReplayTask {
  const surplus = Object.keys(others)[0];
  if (surplus !== undefined) {
    const where = flagOf(surplus as SettingName);
    throw new ExpectationError({
      where,
      expected: 'only --data, --json, --quiet and --verbose beside --replay',
      received: 'it',
    });
  }
  refuseNoRun(run, 'begun');
  readRunFailure(run);
  const changes = data === undefined ? {} : { data: data as string };
  const settings = runSettings(run, changes);
  dataCounts(settings.config, { remedy: MOVED_REMEDY });
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

/** The settings of a resumed run; other given settings must agree with them. */
function resumedSettings(run: string, { out, given, allowDifferentMachine = false }: Resumption): CheckedSettings {
  if (out !== undefined && resolve(out) !== resolve(run)) {
    const expected = 'no other folder than the one that --resume names';
    throw new ExpectationError({ where: '--out', expected, received: out });
  }
  refuseNoRun(run, 'begun');
  const stored = storedSettings(run);
  const settings = changedSettings(stored, given);
  refuseTogether(settings);
  const except = [...settingsThatMayDiffer(allowDifferentMachine), 'data'];
  refuseOtherConfig(`${run}/config.json`, { expected: stored.config, received: settings.config, except });
  return settings;
}

/** `runs/planar-10-seed0`, with a number appended if this folder exists. */
function freshFolder({ flow, seed }: TrainConfig): string {
  const base = join('runs', `${flow.replace(/[^\w]+/g, '-').replace(/-$/, '')}-seed${seed}`);
  let candidate = base;
  for (let n = 2; existsSync(candidate); n++) candidate = `${base}-${n}`;
  return candidate;
}
