// `flowvae target my.ts`: the checks before the density is tried.
import { resolve } from 'node:path';
import { readRunConfig, refuseNoRun, refuseOtherConfig, refuseUsedFolder } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { refuseValues } from '../../config/setting/checked-values.ts';
import { withoutRecords } from '../../config/setting/record-fields.ts';
import { flagNamed } from '../../config/setting/setting.ts';
import { settingsThatMayDiffer } from '../../config/stored-config.ts';
import { type ModuleFlags, moduleOfRun, readModule } from '../../definition/read-module.ts';
import { freshFolder } from '../../files/fresh-folder.ts';
import { type OwnTarget, targetKind, targetName } from '../../target/own-target.ts';
import { chainSettings, type TargetConfig, targetFallbacks, targetSettings } from '../../target/target-settings.ts';
import { type FigureFlags, figureFile } from '../figure-flags.ts';
import { type PluginFlags, vocabularyOfConfig, vocabularyOfRun } from '../plugin-options.ts';
import type { RunFlags, TargetTask } from '../tasks.ts';
import { tell, threadsNotice } from './requirements/notices.ts';

/** Options of `target`: those of a run, and settings. */
interface TargetFlags extends RunFlags, PluginFlags, FigureFlags, Record<string, unknown> {
  readonly out?: string;
  readonly resume?: string;
  readonly compare?: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
  readonly model?: string | undefined;
}

export async function targetCommand(module: string | undefined, flags: TargetFlags): Promise<void> {
  const task = await (flags.resume === undefined ? newTask(module, flags) : resumedTask(flags.resume, module, flags));
  tell([threadsNotice(task.config)]);
  const { targetAction } = await import('../actions/target.ts');
  await targetAction(task);
}

/** Flags of a run, and settings that were given. */
function divided({ out: _, resume: __, compare: ___, set: ____, model: _____, ...others }: TargetFlags) {
  const { quiet, verbose, json, detached, changedModel, plugin, figures, untitled, ...rest } = others;
  const { allowDifferentMachine, checkpointEvery, checkpointMinutes, keepCheckpoints, ...given } = rest;
  const ofRun = { allowDifferentMachine, checkpointEvery, checkpointMinutes, keepCheckpoints };
  return {
    run: { quiet, verbose, json, detached, ...ofRun, figures: figureFile({ figures, untitled }) },
    modules: { changedModel, plugin } satisfies PluginFlags,
    given: given as Partial<TargetConfig>,
  };
}

async function newTask(module: string | undefined, flags: TargetFlags): Promise<TargetTask> {
  const { out, compare, set = {}, model } = flags;
  const { run, modules, given } = divided(flags);
  const idle = model === undefined ? (modules.changedModel ? 'changedModel' : undefined) : 'model';
  if (idle) throw refusal(flagNamed(idle), '--resume beside it', 'none');
  if (module === undefined) throw refusal('target', 'a module, as in flowvae target my.ts', 'none');
  refuseFlow(given, compare);
  if (out !== undefined) refuseUsedFolder(out);
  const vocabulary = await vocabularyOfConfig({ path: '' }, modules);
  const own = await readModule(targetKind, module, { texts: set });
  const config = { ...targetFallbacks, ...optionsOf(own), ...given };
  refuseIdle(given, config, own);
  const suffix = compare ? ' compared' : '';
  const folder = out ?? freshFolder(`${targetName(own)}${suffix}`, config.seed);
  return { ...run, own, config, vocabulary, compare, folder, isResumed: false };
}

/** A run that goes on with its settings; other given settings must agree with them. */
async function resumedTask(run: string, module: string | undefined, flags: TargetFlags): Promise<TargetTask> {
  const { out, set } = flags;
  const divisions = divided(flags);
  const { modules, given } = divisions;
  if (set) throw refusal('--set', 'no --set beside --resume', 'it');
  if (out !== undefined && resolve(out) !== resolve(run)) {
    throw refusal('--out', 'no other folder than the one that --resume names', out);
  }
  refuseNoRun(run, 'begun');
  const recorded = readRunConfig(run);
  const stored = withoutRecords(recorded);
  if (recorded.target === undefined) {
    throw refusal(run, 'a run of flowvae target', 'one of flowvae train', 'flowvae train --resume takes it');
  }
  const { compare } = stored as { readonly compare?: readonly string[] };
  refuseFlow(given, compare);
  const asked = flags.compare === undefined ? given : { ...given, compare: flags.compare };
  refuseOther(run, stored, {
    asked,
    mayDiffer: [...settingsThatMayDiffer(flags.allowDifferentMachine ?? false), ...chainSettings],
  });
  const found: ModuleFlags = { model: flags.model ?? module, changedModel: modules.changedModel };
  const own = await moduleOfRun(targetKind, run, { ...found, onNotice: (notice) => tell([notice]) });
  const vocabulary = await vocabularyOfRun(run, modules);
  const config = { ...targetFallbacks, ...settingsIn(stored, run), ...given };
  return { ...divisions.run, own: own!, config, vocabulary, compare, folder: run, isResumed: true };
}

/** The settings of a run's config. */
function settingsIn({ compare: _, ...stored }: Readonly<Record<string, unknown>>, run: string): Partial<TargetConfig> {
  refuseValues(stored, targetSettings, `${run}/config.json`);
  return stored;
}

function refuseOther(
  run: string,
  stored: Readonly<Record<string, unknown>>,
  { asked, mayDiffer }: { readonly asked: object; readonly mayDiffer: readonly string[] },
): void {
  refuseOtherConfig(`${run}/config.json`, { expected: stored, received: { ...stored, ...asked }, except: mayDiffer });
}

/** The options of the module. */
function optionsOf({ definition, module }: OwnTarget): Partial<TargetConfig> {
  const { options = {} } = definition;
  refuseValues(options, targetSettings, `${module?.path ?? 'target'}: options`);
  return options;
}

/** A comparison names its guides itself. */
function refuseFlow(given: Partial<TargetConfig>, compare: readonly string[] | undefined): void {
  if (compare && given.flow !== undefined) throw refusal('--flow', 'no --flow beside --compare', given.flow);
}

/** An option that nothing reads has no effect: giving it is a mistake. */
function refuseIdle(given: Partial<TargetConfig>, { objective }: TargetConfig, { definition }: OwnTarget): void {
  const beside = `${flagNamed('objective')} ${objective}`;
  if (given.stepSize !== undefined && !objective.startsWith('bootstrap')) {
    throw refusal(flagNamed('stepSize'), '--objective bootstrap beside it', beside);
  }
  if (given.targetDraws === undefined) return;
  const flag = flagNamed('targetDraws');
  if (!objective.startsWith('forward-kl')) throw refusal(flag, '--objective forward-kl beside it', beside);
  if (typeof definition.draws === 'string') {
    throw refusal(flag, 'a module that makes draws by a function', `all draws of ${definition.draws}`);
  }
}

const refusal = (where: string, expected: string, received: string, remedy?: string) =>
  new ExpectationError({ where, expected, received, ...(remedy ? { remedy } : {}) });
