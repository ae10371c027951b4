// Reads experiments from modules: one that a user names, or the one that a run records.
import { ExpectationError } from '@flowvae/tensor/plain';
import { builtInExperiment, isBuiltIn } from './built-in.ts';
import type { ExperimentDefinition } from './experiment-definition.ts';
import { experimentKind, type OwnExperiment } from './own-experiment.ts';
import type { OwnRecord } from './own-module.ts';
import { checkedValues, type OwnValues, valuesOfTexts } from './own-settings.ts';
import {
  MODEL_FLAG,
  type ModuleFlags,
  moduleOfRun,
  readDefinition,
  readModule,
  storedRecord,
  withRecord,
} from './read-module.ts';

/** How the experiment of a run is found. */
export type ExperimentFlags = ModuleFlags;

/**
 * The experiment of a module, or one that is built in.
 *
 * @param path the module, a file or an npm package; or the name of a built-in experiment
 * @param texts values of its settings by name, as texts
 * @param recorded values beneath them
 * @throws ExpectationError if there is no such module, it exports no experiment, or it does not take the settings
 */
export async function readExperiment(
  path: string,
  texts: Readonly<Record<string, string>>,
  recorded?: OwnValues,
): Promise<OwnExperiment> {
  const set = Object.keys(texts);
  if (!isBuiltIn(path)) return { ...(await readModule(experimentKind, path, { texts, recorded })), set };
  const definition = await builtInExperiment(path);
  return { definition, builtIn: path, values: valuesOfTexts(definition.settings ?? {}, texts, recorded), set };
}

/** The definition alone. @throws ExpectationError as {@link readExperiment} */
export const readExperimentDefinition = (path: string): Promise<ExperimentDefinition> =>
  isBuiltIn(path) ? builtInExperiment(path) : readDefinition(experimentKind, path);

/** The record of a run's experiment; undefined: the command's options alone describe the run. */
export const storedExperiment = (run: string): OwnRecord | undefined => storedRecord(experimentKind, run);

/**
 * The experiment of a run, from the module that its config names.
 *
 * @throws ExpectationError if the module is gone or has changed, the run has none, or a program holds its definition
 */
export async function experimentOfRun(run: string, flags: ExperimentFlags = {}): Promise<OwnExperiment | undefined> {
  const { model, flag = MODEL_FLAG } = flags;
  const builtIn = await builtInOfRun(run);
  if (builtIn && model === undefined) return builtIn;
  if (builtIn) throw refusal(run, `a run of a module beside ${flag}`);
  const found = await moduleOfRun(experimentKind, run, flags);
  if (!found && model !== undefined) throw refusal(run, `a run of a module beside ${flag}`);
  return found;
}

/** The built-in experiment of a run; undefined for any other. */
async function builtInOfRun(run: string): Promise<OwnExperiment | undefined> {
  const { builtIn, settings = {} } = storedExperiment(run) ?? {};
  if (builtIn === undefined) return undefined;
  const where = `${run}/config.json: experiment`;
  if (!isBuiltIn(builtIn)) {
    const remedy = 'the run is of a later version of flowvae';
    throw new ExpectationError({ where, expected: 'a built-in experiment', received: builtIn, remedy });
  }
  const definition = await builtInExperiment(builtIn);
  refuseUnrecorded(where, Object.keys(definition.settings ?? {}), Object.keys(settings));
  const placeOf = (name: string) => `${where}.settings.${name}`;
  return { definition, builtIn, values: checkedValues(definition.settings ?? {}, settings, { placeOf }) };
}

/** A setting that a run does not record came after it: its default is another model than the run's. */
function refuseUnrecorded(where: string, names: readonly string[], recorded: readonly string[]): void {
  const missing = names.find((name) => !recorded.includes(name));
  if (missing === undefined) return;
  const remedy = 'the run is of an earlier version of flowvae, which computes in another way; train it anew';
  throw new ExpectationError({ where, expected: `the setting ${missing}`, received: 'a run without it', remedy });
}

const refusal = (where: string, expected: string) =>
  new ExpectationError({ where, expected, received: 'a run by the options of the command' });

/**
 * The experiment of a run whose definition a program holds.
 *
 * @throws ExpectationError for a run that has none, or whose settings it does not take
 */
export function experimentInMemory(run: string, definition: ExperimentDefinition): OwnExperiment {
  const record = storedExperiment(run);
  if (!record) throw refusal(run, 'a run of an experiment');
  return withRecord(definition, record, { run, kind: experimentKind });
}
