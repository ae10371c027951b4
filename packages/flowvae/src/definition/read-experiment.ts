// Reads experiments from modules: one that a user names, or the one that a run records.
import { readRunConfig } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { changedFiles, refuseChangedModule } from '../modules/module-files.ts';
import type { ExperimentDefinition } from './experiment-definition.ts';
import { definitionIn, type ExperimentRecord, type OwnExperiment, readExperimentRecord } from './own-experiment.ts';
import { checkedValues, type OwnValues, valuesOfTexts } from './own-settings.ts';

/**
 * The experiment of a module.
 *
 * @param path the module, a file or an npm package
 * @param texts values of its settings by name, as texts
 * @param recorded values beneath them
 * @throws ExpectationError if there is no such module, it exports no experiment, or it does not take the settings
 */
export async function readExperiment(
  path: string,
  texts: Readonly<Record<string, string>>,
  recorded: OwnValues = {},
): Promise<OwnExperiment> {
  const { definition, module } = await loaded(path, 'module');
  const { settings = {} } = definition;
  const given = valuesOfTexts(settings, texts, recorded);
  return { definition, module, values: given };
}

/** The definition alone. @throws ExpectationError as {@link readExperiment} */
export const readDefinition = async (path: string): Promise<ExperimentDefinition> =>
  (await loaded(path, 'module')).definition;

async function loaded(path: string, option: string) {
  const { loadModule } = await import('../modules/load-module.ts'); // it loads a tensor library
  const { exports, record } = await loadModule(path, { option });
  return { definition: definitionIn(exports, `${option} ${path}`), module: record };
}

/** The option for the module's place; `export` has another, for its `--model` names a folder to write. */
export const MODEL_FLAG = '--model';

/** How the experiment of a run is found. */
export interface ExperimentFlags {
  /** The module's place now. */
  readonly model?: string | undefined;
  /** Whether a module that has changed since the run began is taken as it is. */
  readonly changedModel?: boolean | undefined;
  /** The option for the place, for errors. Default `--model`. */
  readonly flag?: string;
  /** Called with a line if the module has changed and may. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The record of a run's experiment; undefined: the command's options alone describe the run. */
export function storedExperiment(run: string): ExperimentRecord | undefined {
  const { experiment } = readRunConfig(run);
  return experiment === undefined ? undefined : readExperimentRecord(experiment, `${run}/config.json: experiment`);
}

/**
 * The experiment of a run, from the module that its config names.
 *
 * @throws ExpectationError if the module is gone or has changed, the run has none, or a program holds its definition
 */
export async function experimentOfRun(
  run: string,
  { model, changedModel = false, flag = MODEL_FLAG, onNotice }: ExperimentFlags = {},
): Promise<OwnExperiment | undefined> {
  const record = storedExperiment(run);
  if (!record) {
    if (model === undefined) return undefined;
    throw refusal(run, `a run of a module beside ${flag}`, 'a run by the options of the command');
  }
  const { module } = record;
  if (!module) throw refusal(run, 'a run of a module', 'one whose experiment a program holds', HELD);
  const where = `${run}/config.json: experiment`;
  if (!changedModel) refuseChangedModule(module, { where, path: model, option: `${flag} <file>` });
  const changed = changedFiles(module, model);
  if (changed.length > 0) onNotice?.(`the run’s module has changed since the run began: ${changed.join(', ')}`);
  const found = await loaded(model ?? module.package ?? module.path, flag);
  return withRecord(found.definition, record, { run, module: found.module });
}

const HELD = 'open it there: openRun(folder, {}, { experiment })';

const refusal = (where: string, expected: string, received: string, remedy?: string) =>
  new ExpectationError({ where, expected, received, ...(remedy ? { remedy } : {}) });

/**
 * The experiment of a run whose definition a program holds.
 *
 * @throws ExpectationError for a run that has none, or whose settings it does not take
 */
export function experimentInMemory(run: string, definition: ExperimentDefinition): OwnExperiment {
  const record = storedExperiment(run);
  if (!record) throw refusal(run, 'a run of an experiment', 'a run by the options of the command');
  return withRecord(definition, record, { run });
}

function withRecord(
  definition: ExperimentDefinition,
  { settings }: ExperimentRecord,
  { run, module }: { readonly run: string } & Pick<OwnExperiment, 'module'>,
): OwnExperiment {
  const placeOf = (name: string) => `${run}/config.json: experiment.settings.${name}`;
  const values = checkedValues(definition.settings ?? {}, settings, { placeOf });
  return { definition, values, ...(module ? { module } : {}) };
}
