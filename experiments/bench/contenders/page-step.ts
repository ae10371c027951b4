// The training step in a page of Chromium, by flowvae and by plain TensorFlow.js.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import type { Candidate } from '../measurement.ts';
import type { Options } from '../options.ts';
import type { Asked } from '../page/page.ts';
import { fitStep, type PageSize } from '../page/page-step.ts';

const ORIGIN = 'https://flowvae.test';
const executablePath = process.env.FLOWVAE_CHROMIUM ?? '/usr/bin/chromium';

/** In Node, by the engine of this process. */
export const stepInNode = (size: PageSize): Candidate => ({
  name: 'flowvae, Node',
  start: async () => ({ measure: (count) => fitStep(size, count), close: async () => {} }),
});

/** The most steps that are measured in a way. */
const mostSteps: Readonly<Record<Asked['way'], number>> = { fit: 1000, cpu: 5, wasm: 20, webgl: 5 };

/** In a worker of a page, one thread. */
export const stepInPage = (name: string, way: Asked['way'], size: PageSize): Candidate => ({
  name,
  async start() {
    if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}; FLOWVAE_CHROMIUM names another`);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await openPage(browser);
    return {
      measure: (count) => page({ way, size, count: Math.min(count, mostSteps[way]) }),
      close: () => browser.close(),
      note: `Chromium ${browser.version()}`,
    };
  },
});

/** Plain TensorFlow.js in the same page. */
export const plainInPage = (backend: 'wasm' | 'webgl' | 'cpu', size: PageSize, { peers }: Options): Candidate => {
  const inPage = stepInPage(`tfjs, ${backend}`, backend, size);
  const refuse = () => Promise.reject(new Error('not among --peers'));
  return peers.has('tfjs') ? inPage : { ...inPage, start: refuse };
};

async function openPage(browser: Browser): Promise<(asked: Asked) => Promise<number>> {
  const files = await bundle();
  const page = await browser.newPage();
  await page.route(`${ORIGIN}/**`, (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    if (path === '') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
    const body = path.endsWith('.wasm') || path.startsWith('ort/') ? readPackaged(path) : files.get(path);
    const contentType = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    return body ? route.fulfill({ contentType, body: Buffer.from(body) }) : route.fulfill({ status: 404 });
  });
  await page.goto(`${ORIGIN}/`);
  return async (asked) => {
    const answer = await page.evaluate(
      (asked) =>
        new Promise<{ milliseconds?: number; error?: string }>((resolve) => {
          const worker = new Worker('/page.js', { type: 'module' });
          worker.onmessage = ({ data }) => {
            worker.terminate();
            resolve(data);
          };
          worker.onerror = ({ message }) => resolve({ error: message });
          worker.postMessage(asked);
        }),
      asked,
    );
    if (answer.milliseconds === undefined) throw new Error(answer.error);
    return answer.milliseconds;
  };
}

/** Files of onnxruntime-web below `ort/`, and the .wasm files of TensorFlow.js. */
function readPackaged(path: string): Uint8Array {
  const [name, file] = path.startsWith('ort/')
    ? ['onnxruntime-web', path.slice('ort/'.length)]
    : ['@tensorflow/tfjs-backend-wasm', path];
  return readFileSync(join(dirname(fileURLToPath(import.meta.resolve(name))), file));
}

let bundled: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

/** The page's program, bundled once. */
function bundle(): Promise<ReadonlyMap<string, Uint8Array>> {
  bundled ??= (async () => {
    const folder = fileURLToPath(new URL('../page/', import.meta.url));
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ['page.ts'],
      bundle: true,
      minify: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['onnxruntime-web-use-extern-wasm'],
      outdir: 'out',
      write: false,
      logLevel: 'silent', // errors are thrown
    });
    return new Map(outputFiles.map(({ path, contents }) => [path.slice(`${folder}out/`.length), contents]));
  })();
  return bundled;
}
