// A file in onnxruntime-web inside Chromium. The browser is `/usr/bin/chromium` (Debian's), or the one that
// FLOWVAE_CHROMIUM names.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Feeds, Model, Numbers } from './runtimes.ts';

export const executablePath = process.env.FLOWVAE_CHROMIUM ?? '/usr/bin/chromium';

export const hasChromium = (): boolean => existsSync(executablePath);

const origin = 'http://flowvae.test';
const library = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
const contentTypes: Readonly<Record<string, string>> = { mjs: 'text/javascript', wasm: 'application/wasm' };

interface Sent {
  readonly bytes: number[];
  readonly feeds: Record<string, { readonly data: number[]; readonly shape: readonly number[] }>;
}

const sendable = ({ bytes, feeds }: Model): Sent => ({
  bytes: [...bytes],
  feeds: Object.fromEntries(
    Object.entries(feeds as Feeds).map(([name, { data, shape }]) => [name, { data: [...data], shape }]),
  ),
});

/** Runs files one after the other on one page; everything the page asks for comes from the installed package. */
export async function runChromium(models: readonly Model[]): Promise<readonly Numbers[]> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.route(`${origin}/**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
      const contentType = contentTypes[name.split('.').at(-1)!] ?? 'application/octet-stream';
      return route.fulfill({ contentType, body: readFileSync(join(library, name)) });
    });
    await page.goto(`${origin}/`);
    // The import stands in a script of the page, where vitest does not rewrite it.
    await page.addScriptTag({
      type: 'module',
      content: `import * as ort from '${origin}/ort.wasm.min.mjs'; globalThis.ort = ort;`,
    });
    await page.waitForFunction('globalThis.ort !== undefined');
    return await page.evaluate(inPage, models.map(sendable));
  } finally {
    await browser.close();
  }
}

/** Runs in the browser: nothing from this module is there. */
async function inPage(models: Sent[]): Promise<Numbers[]> {
  const { ort } = globalThis as unknown as { ort: typeof import('onnxruntime-web') };
  ort.env.wasm.numThreads = 1;
  const all: Numbers[] = [];
  for (const { bytes, feeds } of models) {
    const session = await ort.InferenceSession.create(Uint8Array.from(bytes), { executionProviders: ['wasm'] });
    const tensors = Object.entries(feeds).map(
      ([name, { data, shape }]) => [name, new ort.Tensor(Float32Array.from(data), shape)] as const,
    );
    const outputs = await session.run(Object.fromEntries(tensors));
    all.push(
      Object.fromEntries(
        Object.entries(outputs).map(([name, { data, dims }]) => [
          name,
          { data: Array.from(data as Float32Array), shape: [...dims] },
        ]),
      ),
    );
  }
  return all;
}

/** Arguments with which Chromium's own Vulkan driver in software stands in for a graphics card. */
export const softwareCard: readonly string[] = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];
