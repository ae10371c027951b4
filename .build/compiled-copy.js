// JavaScript of the repository's TypeScript, file by file, in a folder with the repository's layout. Processes that
// start from there need no compiler: their first step comes 0.8 s earlier, in some 60 MiB less.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} path */
export const isLeftOut = (path) => ['node_modules', 'dist'].includes(basename(path));

/** @param {string} path */
export const isCode = (path) => ['.ts', '.js'].includes(extname(path));

/** @param {string} path the path of a TypeScript file @returns {string} that of its JavaScript */
export const compiledName = (path) => path.replace(/\.ts$/, '.js');

/**
 * The folders of the workspace's packages, from the repository's root. A branch with one more package leaves a folder
 * behind.
 *
 * @returns {string[]}
 */
export const packages = () =>
  readdirSync(join(root, 'packages'))
    .map((name) => join('packages', name))
    .filter((folder) => existsSync(join(root, folder, 'package.json')) && existsSync(join(root, folder, 'src')));

/**
 * The TypeScript and JavaScript below a folder.
 *
 * @param {string} folder
 * @returns {string[]}
 */
export function codeBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (isLeftOut(path)) return [];
    if (entry.isDirectory()) return codeBelow(path);
    return isCode(path) ? [path] : [];
  });
}

/**
 * Every file by itself: its imports stay imports, of compiled files.
 *
 * @type {import('esbuild').Plugin}
 */
const eachByItself = {
  name: 'each by itself',
  setup({ onResolve }) {
    onResolve({ filter: /^/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/^(\..*)\.ts$/, '$1.js'), external: true },
    );
  },
};

/**
 * Writes the JavaScript of files, each in one piece: a process that reads the folder meanwhile sees old files or new.
 *
 * @param {readonly string[]} files
 * @param {string} copy
 * @param {import('esbuild').Plugin[]} [plugins]
 */
export async function compile(files, copy, plugins = []) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [...files],
    outbase: root,
    outdir: copy,
    bundle: true,
    treeShaking: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    write: false,
    plugins: [eachByItself, ...plugins],
  });
  for (const { path, contents } of outputFiles) replace(path, contents);
}

/**
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function replace(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/**
 * A manifest that points at JavaScript.
 *
 * @param {string} folder
 * @param {string} copy
 */
export function copyManifest(folder, copy) {
  const manifest = readFileSync(join(root, folder, 'package.json'), 'utf8');
  replace(join(copy, folder, 'package.json'), manifest.replaceAll(/(src\/[\w/-]+)\.ts"/g, '$1.js"'));
}

/**
 * The installed packages that a folder of the workspace sees; those of the repository itself in their compiled form.
 *
 * @param {string} folder from the repository's root
 * @param {string} copy
 */
export const linkModules = (folder, copy) =>
  linkAll(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'), copy);

/**
 * @param {string} modules
 * @param {string} links
 * @param {string} copy
 */
function linkAll(modules, links, copy) {
  if (!existsSync(modules)) return;
  mkdirSync(links, { recursive: true });
  for (const name of readdirSync(modules)) {
    if (name.startsWith('.')) continue;
    const [path, link] = [join(modules, name), join(links, name)];
    if (name.startsWith('@')) linkAll(path, link, copy);
    else {
      const target = realpathSync(path);
      const place = relative(root, target);
      replaceLink(link, /^packages\b/.test(place) ? join(copy, place) : target);
    }
  }
}

/**
 * @param {string} link
 * @param {string} target
 */
function replaceLink(link, target) {
  const temporary = `${link}.${process.pid}`;
  symlinkSync(target, temporary);
  renameSync(temporary, link);
}

/** The copy that the command runs from inside the repository. */
const COPY = join(root, 'node_modules', '.cache', 'flowvae');
const STATE = join(COPY, 'state.json');

/** This file: another one may make another copy of the same sources. */
const TOOL = join('.build', 'compiled-copy.js');

/**
 * The sources of a copy, and this file: every file's time and size, by its path.
 *
 * @returns {Record<string, string>}
 */
function present() {
  const files = packages().flatMap((folder) => [
    ...codeBelow(join(root, folder, 'src')),
    join(root, folder, 'package.json'),
  ]);
  files.push(join(root, TOOL));
  return Object.fromEntries(
    files.map((path) => {
      const { mtimeMs, size } = statSync(path);
      return [relative(root, path), `${mtimeMs} ${size}`];
    }),
  );
}

/** @returns {Record<string, string>} the sources that the copy was last made from */
function recorded() {
  try {
    return JSON.parse(readFileSync(STATE, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Brings the command's copy up to date: compiles changed files, removes vanished ones.
 *
 * @param {{ readonly all?: boolean }} [how] `all`: everything is compiled and linked again
 * @returns {Promise<string>} its folder
 */
export async function freshCopy({ all = false } = {}) {
  const [then, now] = [recorded(), present()];
  const isNew = all || now[TOOL] !== then[TOOL];
  const changed = Object.keys(now).filter((path) => path !== TOOL && (isNew || now[path] !== then[path]));
  const gone = isNew ? strangers(now) : Object.keys(then).filter((path) => now[path] === undefined);
  if (changed.length === 0 && gone.length === 0) return COPY;
  // first, for a file of another ending may have taken the name
  for (const path of gone) rmSync(join(COPY, compiledName(path)), { force: true });
  await compile(
    changed.filter(isCode).map((path) => join(root, path)),
    COPY,
  );
  for (const path of changed.filter((path) => !isCode(path))) copyPackage(dirname(path));
  replace(STATE, JSON.stringify(now));
  return COPY;
}

/**
 * Files of the copy that no source has made.
 *
 * @param {Record<string, string>} now
 * @returns {string[]}
 */
function strangers(now) {
  if (!existsSync(join(COPY, 'packages'))) return [];
  const made = new Set(Object.keys(now).map(compiledName));
  const there = readdirSync(join(COPY, 'packages')).flatMap((name) => {
    const sources = join(COPY, 'packages', name, 'src');
    return existsSync(sources) ? codeBelow(sources) : [];
  });
  return there.map((path) => relative(COPY, path)).filter((path) => !made.has(path));
}

/** @param {string} folder */
function copyPackage(folder) {
  copyManifest(folder, COPY);
  linkModules(folder, COPY);
  // the build's results beside the sources: WebAssembly, the lab's page
  for (const name of ['wasm', 'bundle']) {
    const made = join(root, folder, name);
    if (existsSync(made)) replaceLink(join(COPY, folder, name), made);
  }
}
