// The lab in Chromium, served as the command serves it.
import { pageFiles, serveLab } from '@flowvae/lab';
import { chromium, type Page } from 'playwright-core';
import { executablePath } from '../compiler/export/chromium.ts';
import { buildPage } from './built-page.ts';

/** A page of the lab, and everything that went wrong on it. */
export interface OpenedLab {
  readonly page: Page;
  /** Errors on the console, errors that nobody caught, and requests to other origins. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens the lab at a room, 1,440 pixels wide. */
export async function openLab(room: string): Promise<OpenedLab> {
  const served = await serveLab({ files: pageFiles(undefined, await buildPage()) });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(served.address) && !/^(data|blob):/.test(url)) faults.push(`asked for ${url}`);
  });
  await page.goto(`${served.address}#${room}`);
  return {
    page,
    faults,
    async close() {
      await browser.close();
      await served.close();
    },
  };
}
