// The training step in a page of Chromium, by flowvae and by plain TensorFlow.js.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PageFile, serveLab } from '@flowvae/lab';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import type { Candidate } from '../measurement.ts';
import type { Options } from '../options.ts';
import type { Asked } from '../page/page.ts';
import { fitStep, type PageSize } from '../page/page-step.ts';

const executablePath = process.env.FLOWVAE_CHROMIUM ?? '/usr/bin/chromium';

/** In Node, by the engine of this process, on one thread. */
export const stepInNode = (size: PageSize): Candidate => ({
  name: 'flowvae, Node',
  start: async () => ({ measure: (count) => fitStep(size, count, 1), close: async () => {} }),
});

/** How the step is computed in a page. */
export interface InPage {
  readonly way: Asked['way'];
  /** Of WebAssembly; WebGL and plain JavaScript have one. */
  readonly threads: number;
}

/** The most steps that are measured in a way. */
const mostSteps: Readonly<Record<Asked['way'], number>> = { fit: 1000, cpu: 5, wasm: 20, webgl: 5 };

/** In a worker of a page. */
export const stepInPage = (asked: InPage, size: PageSize): Candidate => ({
  name: asked.way === 'fit' ? 'flowvae' : `tfjs, ${asked.way}`,
  async start() {
    if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}; FLOWVAE_CHROMIUM names another`);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const served = await serveLab({ files: await pageFiles() });
    const page = await openPage(browser, served.address);
    return {
      measure: (count) => page({ ...asked, size, count: Math.min(count, mostSteps[asked.way]) }),
      note: `Chromium ${browser.version()}`,
      close: async () => {
        await browser.close();
        await served.close();
      },
    };
  },
});

/** Plain TensorFlow.js in the same page. */
export const plainInPage = (asked: InPage, size: PageSize, { peers }: Options): Candidate => {
  const inPage = stepInPage(asked, size);
  const refuse = () => Promise.reject(new Error('not among --peers'));
  return peers.has('tfjs') ? inPage : { ...inPage, start: refuse };
};

/** Opens the page, which may use threads: its server says so. */
async function openPage(browser: Browser, address: string): Promise<(asked: Asked) => Promise<number>> {
  const page = await browser.newPage();
  await page.goto(address);
  return async (asked) => {
    const answer = await page.evaluate(
      (asked) =>
        new Promise<{ milliseconds?: number; error?: string }>((resolve) => {
          const worker = new Worker('page.js', { type: 'module' });
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

/** The page, its program, files of onnxruntime-web below `ort/`, and those of TensorFlow.js's WebAssembly beside it. */
async function pageFiles(): Promise<Map<string, PageFile>> {
  const folderOf = (name: string) => dirname(fileURLToPath(import.meta.resolve(name)));
  const inFolder = (folder: string, under: string) =>
    readdirSync(folder)
      .filter((file) => /^ort-wasm.*\.(mjs|wasm)$|^tfjs-backend-wasm.*\.wasm$/.test(file))
      .map((file) => [`${under}${file}`, { path: join(folder, file) }] as const);
  return new Map<string, PageFile>([
    ...inFolder(folderOf('onnxruntime-web'), 'ort/'),
    ...inFolder(folderOf('@tensorflow/tfjs-backend-wasm'), ''),
    ...(await bundle()),
    ['index.html', Buffer.from('<!doctype html><title>benchmark</title>')],
  ]);
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
