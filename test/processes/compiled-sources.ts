// The repository's TypeScript as JavaScript, made once for a run of the tests: processes that tests start need no
// compiler.
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { TestProject } from 'vitest/node';
import {
  codeBelow,
  compile,
  copyManifest,
  isCode,
  isLeftOut,
  linkModules,
  packages,
  root,
} from '../../.build/compiled-copy.js';
import { SMALLER } from './smaller.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with the repository's layout, and `.js` for `.ts`. */
    readonly compiledSources: string;
  }
}

/** The compiled folders. Of the tests only the files that processes load. */
const folders = [...packages(), 'experiments', join('test', 'faults'), join('test', 'fuzz'), join('test', 'fusions')];

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

/** Everything of a folder but its code, and a manifest that points at JavaScript. */
function copyBeside(folder: string, compiled: string): void {
  const from = join(root, folder);
  cpSync(from, join(compiled, folder), { recursive: true, filter: (path) => !isLeftOut(path) && !isCode(path) });
  if (readdirSync(from).includes('package.json')) copyManifest(folder, compiled);
  linkModules(folder, compiled);
}

/** Compiles everything into `compiledSources`; returns a function that removes it. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const compiled = mkdtempSync(join(realpathSync(tmpdir()), 'flowvae-compiled-'));
  for (const folder of folders) copyBeside(folder, compiled);
  linkModules('test', compiled);
  cpSync(join(root, 'package.json'), join(compiled, 'package.json'));
  await compile(
    folders.flatMap((folder) => codeBelow(join(root, folder))),
    compiled,
    [smallPictures],
  );
  provide('compiledSources', compiled);
  return () => rmSync(compiled, { recursive: true, force: true });
}
