// Reads definitions from modules: one that a user names, or the one that a run records.
import { readRunConfig } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { changedFiles, refuseChangedModule } from '../modules/module-files.ts';
import {
  type Definition,
  definitionIn,
  type ModuleKind,
  type OwnModule,
  type OwnRecord,
  readRecord,
} from './own-module.ts';
import { checkedValues, type OwnValues, valuesOfTexts } from './own-settings.ts';

/** The values of settings that a user gives. */
interface GivenValues {
  /** By name, as texts. */
  readonly texts: Readonly<Record<string, string>>;
  /** Values beneath them. */
  readonly recorded?: OwnValues | undefined;
}

/**
 * The definition of a module.
 *
 * @param path the module, a file or an npm package
 * @throws ExpectationError if there is no such module, it exports no such definition, or it does not take the settings
 */
export async function readModule<D extends Definition>(
  kind: ModuleKind<D>,
  path: string,
  { texts, recorded = {} }: GivenValues,
): Promise<OwnModule<D>> {
  const { definition, module } = await loaded(kind, path, 'module');
  return { definition, module, values: valuesOfTexts(definition.settings ?? {}, texts, recorded) };
}

/** The definition alone. @throws ExpectationError as {@link readModule} */
export const readDefinition = async <D extends Definition>(kind: ModuleKind<D>, path: string): Promise<D> =>
  (await loaded(kind, path, 'module')).definition;

async function loaded<D extends Definition>(kind: ModuleKind<D>, path: string, option: string) {
  const { loadModule } = await import('../modules/load-module.ts'); // it loads a tensor library
  const { exports, record } = await loadModule(path, { option });
  return { definition: definitionIn(kind, exports, `${option} ${path}`), module: record };
}

/** The option for the module's place; `export` has another, for its `--model` names a folder to write. */
export const MODEL_FLAG = '--model';

/** How the module of a run is found. */
export interface ModuleFlags {
  /** The module's place now. */
  readonly model?: string | undefined;
  /** Whether a module that has changed since the run began is taken as it is. */
  readonly changedModel?: boolean | undefined;
  /** The option for the place, for errors. Default `--model`. */
  readonly flag?: string;
  /** Called with a line if the module has changed and may. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The record of a run's definition; undefined: it has none of this kind. */
export function storedRecord({ name }: Pick<ModuleKind<Definition>, 'name'>, run: string): OwnRecord | undefined {
  const found = readRunConfig(run)[name];
  return found === undefined ? undefined : readRecord(found, placeOf(name, run));
}

const placeOf = (name: string, run: string) => `${run}/config.json: ${name}`;

/**
 * The definition of a run, from the module that its config names; undefined if the config has no record of this kind.
 *
 * @throws ExpectationError if the module is gone or has changed, or a program holds the definition
 */
export async function moduleOfRun<D extends Definition>(
  kind: ModuleKind<D>,
  run: string,
  { model, changedModel = false, flag = MODEL_FLAG, onNotice }: ModuleFlags = {},
): Promise<OwnModule<D> | undefined> {
  const record = storedRecord(kind, run);
  if (!record) return undefined;
  const { module } = record;
  if (!module) throw heldByProgram(kind, run);
  const where = placeOf(kind.name, run);
  if (!changedModel) refuseChangedModule(module, { where, path: model, option: `${flag} <file>` });
  const changed = changedFiles(module, model);
  if (changed.length > 0) onNotice?.(`the run’s module has changed since the run began: ${changed.join(', ')}`);
  const found = await loaded(kind, model ?? module.package ?? module.path, flag);
  return withRecord(found.definition, record, { run, kind, module: found.module });
}

const heldByProgram = ({ name }: { readonly name: string }, run: string) =>
  new ExpectationError({
    where: run,
    expected: 'a run of a module',
    received: `one whose ${name} a program holds`,
    ...(name === 'experiment' ? { remedy: 'open it there: openRun(folder, {}, { experiment })' } : {}),
  });

/** A definition with the settings of a record. @throws ExpectationError where it does not take them */
export function withRecord<D extends Definition>(
  definition: D,
  { settings }: OwnRecord,
  { run, kind, module }: { readonly run: string; readonly kind: ModuleKind<D> } & Pick<OwnModule<D>, 'module'>,
): OwnModule<D> {
  const of = (name: string) => `${placeOf(kind.name, run)}.settings.${name}`;
  const values = checkedValues(definition.settings ?? {}, settings, { placeOf: of });
  return { definition, values, ...(module ? { module } : {}) };
}
