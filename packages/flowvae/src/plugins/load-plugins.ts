// Plug-ins by the names that a user gives, and by the records of a run.
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { changedFiles, type ModuleRecord, refuseChangedModule } from '../modules/module-files.ts';
import { type Plugin, pluginOf } from './plugin.ts';

/** Options of {@link loadPlugins}. */
export interface LoadPluginsOptions {
  /** The folder that relative paths and packages' names are searched from. Default: the process's. */
  readonly folder?: string;
}

/**
 * Loads plug-ins in their order; a module that is named twice is loaded once.
 *
 * @param names paths, such as `./mine.ts`, or names of npm packages
 * @throws ExpectationError for a module that cannot be loaded, or one that exports no tables, or wrong rows
 * @example const settings = readSettings({ flow: 'mine*4' }, { plugins: await loadPlugins(['./mine.ts']) });
 */
export async function loadPlugins(names: readonly string[], options: LoadPluginsOptions = {}): Promise<Plugin[]> {
  const plugins = new Map<string, Plugin>();
  for (const name of names) {
    const plugin = await loadPlugin(name, options);
    if (!plugins.has(plugin.record!.path)) plugins.set(plugin.record!.path, plugin);
  }
  return [...plugins.values()];
}

async function loadPlugin(name: string, options: LoadPluginsOptions): Promise<Plugin> {
  const { loadModule } = await import('../modules/load-module.ts');
  const { exports, record } = await loadModule(name, { option: '--plugin', ...options });
  return pluginOf(name, exports, record);
}

/** Options of {@link recordedPlugins}. */
export interface RecordedPluginsOptions {
  /** The place of the records, for errors: `runs/a/config.json: plugins`. */
  readonly where: string;
  /** Names as for {@link loadPlugins}. One with the file's or the package's name of a record takes its place. */
  readonly given?: readonly string[] | undefined;
  /** Whether modules may have changed since. Default false. */
  readonly mayDiffer?: boolean | undefined;
  /** Called with a line for each module that has changed and may. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/**
 * The plug-ins of a run, where they are now, and further given ones.
 *
 * @throws ExpectationError for a module that is gone, or has changed; errors as for {@link loadPlugins}
 */
export async function recordedPlugins(
  records: readonly ModuleRecord[],
  { where, given = [], mayDiffer = false, onNotice }: RecordedPluginsOptions,
): Promise<Plugin[]> {
  const moved = movedTo(records, given);
  const plugins: Plugin[] = [];
  for (const [i, record] of records.entries()) {
    const name = moved[i];
    const refuseChanged = (path: string) => {
      if (!mayDiffer) refuseChangedModule(record, { where, option: '--plugin <module>', path });
    };
    const file = name === undefined ? record.path : fileOf(name);
    if (file !== undefined) refuseChanged(file);
    const named = name === undefined ? undefined : await loadPlugin(name, {});
    const path = named?.record?.path ?? record.path;
    if (file === undefined) refuseChanged(path);
    const changed = mayDiffer ? changedFiles(record, path) : [];
    if (changed.length > 0) onNotice?.(`plug-in ${path} has changed since the run began: ${changed.join(', ')}`);
    plugins.push(named ?? (await loadPlugin(path, {})));
  }
  const others = await loadPlugins(given.filter((name) => !moved.includes(name)));
  const paths = new Set(plugins.map(({ record }) => record?.path));
  return [...plugins, ...others.filter(({ record }) => !paths.has(record?.path))];
}

/** The file that a name is, whose code has not run yet; undefined for a package, whose files loading finds. */
const fileOf = (name: string): string | undefined => (existsSync(resolve(name)) ? resolve(name) : undefined);

/** For each record the given name that takes its place, each name for one record; its very path goes first. */
function movedTo(records: readonly ModuleRecord[], given: readonly string[]): (string | undefined)[] {
  const left = [...given];
  const taken = (fits: (name: string) => boolean) => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const same = records.map(({ path }) => taken((name) => resolve(name) === path));
  return records.map(
    (record, i) => same[i] ?? taken((name) => name === record.package || basename(name) === basename(record.path)),
  );
}
