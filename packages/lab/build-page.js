// `node build-page.js FOLDER`: bundles the page and its worker from the packages as they are, with onnxruntime-web's
// own files beside them. The published package has the result, so that its users need no bundler.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * The files that a session of onnxruntime-web fetches: a loader, and WebAssembly with SIMD and threads. Those of
 * `asyncify` are for graphics cards.
 */
const RUNTIME = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify'].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);

/** @type {import('esbuild').BuildOptions} */
const options = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  conditions: ['onnxruntime-web-use-extern-wasm'],
  legalComments: 'linked',
  logLevel: 'warning',
};

/**
 * Writes the page into a folder, which is emptied first.
 * @param {string} folder
 */
export async function buildPage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'ort'), { recursive: true });
  const runtime = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
  for (const file of RUNTIME) copyFileSync(join(runtime, file), join(folder, 'ort', file));
  copyFileSync(join(here, 'src/page/index.html'), join(folder, 'index.html'));
  const entryPoints = { page: 'src/page/main.ts', worker: 'src/worker/worker.ts' };
  await build({
    ...options,
    entryPoints: { ...entryPoints, lab: 'src/page/lab.css' },
    splitting: true,
    outdir: folder,
  });
  // for the page of one file: classic scripts, each whole
  await build({ ...options, entryPoints, format: 'iife', legalComments: 'none', outdir: join(folder, 'single') });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(resolve(process.argv[2] ?? 'bundle'));
