// The repository's TypeScript as JavaScript, made once for a run of the tests: processes that tests start need no
// compiler.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { TestProject } from 'vitest/node';
import { SMALLER } from './smaller.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with the repository's layout, and `.js` for `.ts`. */
    readonly compiledSources: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The compiled folders. Of the tests only the files that processes load. */
const folders = [
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name)),
  'experiments',
  join('test', 'faults'),
  join('test', 'fuzz'),
  join('test', 'fusions'),
];

const isLeftOut = (path: string) => ['node_modules', 'dist'].includes(basename(path));
const isCode = (path: string) => ['.ts', '.js'].includes(extname(path));

function codeBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (isLeftOut(path)) return [];
    if (entry.isDirectory()) return codeBelow(path);
    return isCode(path) ? [path] : [];
  });
}

const pngPage = /\/figures\/src\/pages\/png-page\.ts$/;

/** Processes draw pictures as small as tests in one process do: see small-pages.ts. */
const smallPictures: Plugin = {
  name: 'small pictures',
  setup({ onLoad }) {
    onLoad({ filter: pngPage }, ({ path }) => {
      const [before, after, ...rest] = readFileSync(path, 'utf8').split('pixelRatio = 2 }: PageForm): Page {');
      if (after === undefined || rest.length > 0) throw new Error(`${path}: expected one default of pixelRatio`);
      const contents = `${before}pixelRatio: ratio = 2 }: PageForm): Page {\n  const pixelRatio = ratio / ${SMALLER};${after}`;
      return { contents, loader: 'ts' };
    });
  },
};

/** Every file by itself: its imports stay imports, of compiled files. */
const eachByItself: Plugin = {
  name: 'each by itself',
  setup({ onResolve }) {
    onResolve({ filter: /^/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/^(\..*)\.ts$/, '$1.js'), external: true },
    );
  },
};

/**
 * The installed packages that a folder of the workspace sees; those of the repository itself in their compiled form.
 */
function linkModules(modules: string, links: string, compiled: string): void {
  mkdirSync(links, { recursive: true });
  for (const name of readdirSync(modules)) {
    if (name.startsWith('.')) continue;
    const [path, link] = [join(modules, name), join(links, name)];
    if (name.startsWith('@')) linkModules(path, link, compiled);
    else {
      const target = realpathSync(path);
      const place = relative(root, target);
      symlinkSync(/^packages\b/.test(place) ? join(compiled, place) : target, link);
    }
  }
}

/** Everything of a folder but its code, and a manifest that points at JavaScript. */
function copyBeside(folder: string, compiled: string): void {
  const [from, to] = [join(root, folder), join(compiled, folder)];
  cpSync(from, to, { recursive: true, filter: (path) => !isLeftOut(path) && !isCode(path) });
  const manifest = join(to, 'package.json');
  if (existsSync(manifest)) {
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(/(src\/[\w/-]+)\.ts"/g, '$1.js"'));
  }
  if (existsSync(join(from, 'node_modules')))
    linkModules(join(from, 'node_modules'), join(to, 'node_modules'), compiled);
}

/** Compiles everything into `compiledSources`; returns a function that removes it. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const compiled = mkdtempSync(join(realpathSync(tmpdir()), 'flowvae-compiled-'));
  for (const folder of folders) copyBeside(folder, compiled);
  linkModules(join(root, 'test', 'node_modules'), join(compiled, 'test', 'node_modules'), compiled);
  cpSync(join(root, 'package.json'), join(compiled, 'package.json'));
  await build({
    entryPoints: folders.flatMap((folder) => codeBelow(join(root, folder))),
    outbase: root,
    outdir: compiled,
    bundle: true,
    treeShaking: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [eachByItself, smallPictures],
  });
  provide('compiledSources', compiled);
  return () => rmSync(compiled, { recursive: true, force: true });
}
