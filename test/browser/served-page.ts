// A page in Chromium that gets its files from memory and sees no network.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { executablePath } from '../compiler/export/chromium.ts';
import type { Files } from './bundled.ts';

/** The page's origin, which no network knows. */
export const origin = 'https://flowvae.test';
const runtime = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
  json: 'application/json',
};

/** A page, and everything that went wrong on it. */
export interface ServedPage {
  readonly page: Page;
  /** Errors on the console, errors that nobody caught, and requests to other origins. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a page with the given files beside it and onnxruntime-web in `ort/`.
 *
 * @param isIsolated whether the page may use threads with shared memory
 */
export async function servePage(
  files: Files,
  { isIsolated = false, args = [] as readonly string[] } = {},
): Promise<ServedPage> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!/^(https:\/\/flowvae\.test|data:|blob:)/.test(request.url())) faults.push(`asked for ${request.url()}`);
  });
  const headers: Record<string, string> = isIsolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  await page.context().route(`${origin}/**`, (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    if (path === '')
      return route.fulfill({
        contentType: 'text/html',
        headers,
        body: '<!doctype html><link rel="icon" href="data:,">',
      });
    const body = path.startsWith('ort/') ? readFileSync(join(runtime, path.slice(4))) : files.get(path);
    const contentType = types[path.split('.').at(-1)!] ?? 'application/octet-stream';
    return body ? route.fulfill({ contentType, headers, body: Buffer.from(body) }) : route.fulfill({ status: 404 });
  });
  await page.goto(`${origin}/`);
  return { page, faults, close: () => browser.close() };
}
