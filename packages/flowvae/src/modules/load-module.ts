// Loads a user's module: a file, or an installed npm package; JavaScript or TypeScript.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ExpectationError } from '@flowvae/tensor/plain';
import { firstLine, placeIn } from './error-place.ts';
import { endsAsModule } from './module-endings.ts';
import { type ModuleRecord, moduleFiles } from './module-files.ts';
import { rootSpecifier } from './module-hooks.js';
import { importedFrom, startResolution } from './module-resolution.ts';

/** A module that was loaded. */
export interface LoadedModule {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly record: ModuleRecord;
}

/** Options of {@link loadModule}. */
export interface LoadModuleOptions {
  /** The option that named the module, for errors: `--plugin`. */
  readonly option: string;
  /** The folder that a relative path, or a package's name, is searched from. Default: the process's. */
  readonly folder?: string;
}

/**
 * Loads a module in the process's own instance of flowvae and TensorFlow.js: whatever copies its folder has, its
 * imports of them are the command's. A name that is a file's and a package's is the file's.
 *
 * @param name a path, such as `./mine.ts`, or the name of an npm package
 * @throws ExpectationError if there is no such module, or it cannot be loaded
 */
export async function loadModule(name: string, options: LoadModuleOptions): Promise<LoadedModule> {
  const { option, folder = process.cwd() } = options;
  const where = `${option} ${name}`;
  const file = fileNamed(name, { folder, where });
  await startResolution();
  const specifier = file === undefined ? name : pathToFileURL(file).href;
  const root = rootSpecifier({ specifier, parentURL: pathToFileURL(join(folder, 'module.js')).href });
  try {
    const exports = await import(root);
    const [main = '', ...others] = importedFrom(root).map(pathOf);
    return { exports, record: file === undefined ? packageRecord(main, others) : fileRecord(main, others) };
  } catch (error) {
    throw refusal(error, where, importedFrom(root).map(pathOf));
  }
}

/** The path of a module that is a file; undefined for the name of a package. */
function fileNamed(name: string, { folder, where }: { folder: string; where: string }): string | undefined {
  const path = resolve(folder, name);
  if (existsSync(path) && statSync(path).isFile()) return path;
  const looksLikePath = /^[./\\]|^[a-z]:/i.test(name) || endsAsModule(name);
  if (!looksLikePath && name !== '') return undefined;
  const received = existsSync(path) && name !== '' ? 'a folder' : 'no such file';
  throw new ExpectationError({ where, expected: 'a module, or the name of an installed package', received });
}

/** The path behind a URL; a loader may have appended a query. */
const pathOf = (url: string): string => fileURLToPath(new URL(new URL(url).pathname, 'file:'));

const fileRecord = (main: string, others: readonly string[]): ModuleRecord => ({
  path: main,
  files: moduleFiles(main, [main, ...others.filter((path) => isOwn(path, dirname(main)))]),
});

function packageRecord(main: string, others: readonly string[]): ModuleRecord {
  const { folder, name, version } = packageOf(main);
  const isInside = (path: string) => isOwn(path, folder) && !relative(folder, path).startsWith('..');
  return {
    path: main,
    package: name,
    version,
    files: moduleFiles(main, [main, ...others.filter(isInside)]),
  };
}

/** Whether a file is its author's: packages that are installed beside it are not. */
const isOwn = (path: string, folder: string): boolean => !relative(folder, path).split(sep).includes('node_modules');

/** The package that a file belongs to, by the nearest manifest with a name. */
function packageOf(file: string): { readonly folder: string; readonly name: string; readonly version: string } {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    const { name, version = '' } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
    if (name !== undefined || folder === dirname(folder)) return { folder, name, version };
  }
}

/** The error of a module that does not load: its own, with its place in the module. */
function refusal(error: unknown, where: string, files: readonly string[]): unknown {
  if (files.length === 0) {
    const expected = 'a module, or the name of an installed package';
    return new ExpectationError({ where, expected, received: 'neither a file nor a package of that name' });
  }
  const received = firstLine(error) + placeIn(error, files);
  return new ExpectationError({ where, expected: 'a module that loads', received });
}
