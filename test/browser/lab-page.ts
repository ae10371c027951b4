// The lab's page with a run beside it, in Chromium.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PageRun, pageFiles, readPageFile, singlePage } from '@flowvae/lab';
import type { Page } from 'playwright-core';
import { buildPage } from './built-page.ts';
import { origin, type ServedPage, servePage } from './served-page.ts';

/** Opens the page at a room. */
export async function openLab(room: string, run?: PageRun): Promise<ServedPage> {
  const files = [...pageFiles(run, await buildPage())].filter(([name]) => !name.startsWith('ort/'));
  const served = await servePage(new Map(files.map(([name, file]) => [name, readPageFile(file)])));
  await served.page.goto(`${origin}/index.html#${room}`);
  return served;
}

/** Opens the page of one file at a room. */
export async function openSingle(room: string, run: PageRun): Promise<ServedPage> {
  const text = singlePage(pageFiles(run, await buildPage()));
  const served = await servePage(new Map([['index.html', new TextEncoder().encode(text)]]));
  await served.page.goto(`${origin}/index.html#${room}`);
  return served;
}

const pictures = fileURLToPath(new URL('../node_modules/.vitest/lab/', import.meta.url));

/** Pictures of the whole page, narrow and wide, light and dark, for people to look at. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(100); // canvases follow in the next frames
      await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
