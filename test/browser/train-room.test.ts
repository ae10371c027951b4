// The lab's room Train in a real browser, served as the command serves it.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pageFiles, type ServedLab, serveLab, singlePage } from '@flowvae/lab';
import { openRun } from 'flowvae';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labData } from '../../packages/flowvae/src/lab/lab-data.ts';
import { saveLabRun } from '../../packages/flowvae/src/lab/save-lab-run.ts';
import type { FromTraining, TrainSettings } from '../../packages/lab/src/worker/training-messages.ts';
import { executablePath, hasChromium, softwareCard } from '../compiler/export/chromium.ts';
import { buildPage } from './built-page.ts';

const scratch = mkdtempSync(join(tmpdir(), 'flowvae-lab-'));

describe.skipIf(!hasChromium())(
  'the room Train (only where /usr/bin/chromium or FLOWVAE_CHROMIUM is a browser)',
  () => {
    let served: ServedLab;
    let browser: Browser;
    let page: Page;
    const faults: string[] = [];
    beforeAll(async () => {
      const folder = await buildPage();
      const files = pageFiles(undefined, folder);
      for (const [name, file] of labData()) files.set(name, file);
      served = await serveLab({ files, save: (posted) => saveLabRun(posted, join(scratch, 'saved')) });
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
      page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(served.address) && !/^(data|blob):/.test(request.url()))
          faults.push(request.url());
      });
      await page.goto(`${served.address}#train`);
      await page.locator('button.main:enabled').waitFor();
    });
    afterAll(async () => {
      await browser?.close();
      await served?.close();
    });

    const fill = async (values: Readonly<Record<string, string>>) => {
      for (const [name, value] of Object.entries(values)) {
        await page.locator(`[name=${name}]`).fill(value);
        await page.locator(`[name=${name}]`).blur();
      }
    };
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const stage = () => page.locator('#stage').textContent();
    const reaches = (pattern: RegExp) =>
      page.waitForFunction(
        (source) => new RegExp(source).test(document.querySelector('#stage')?.textContent ?? ''),
        pattern.source,
        { timeout: 60_000 },
      );
    const boundNow = async () =>
      Number(await page.getByRole('row', { name: 'elbo' }).getByRole('cell').nth(0).textContent());

    it('trains 200 steps by one graph in a worker with the bounds of Node, and draws digits and a map', async () => {
      await fill({ steps: '200', hidden: '32', seed: '3', threads: '1' });
      await press('Train');
      await reaches(/done · step 200 of 200/);
      expect(await page.locator('#engine').textContent()).toMatch(
        /^one graph in WebAssembly, 1 thread · [\d.]+ ms a step/,
      );
      expect(page.workers()).toHaveLength(1);
      expect(await boundNow()).toBeGreaterThan(-215);
      const here = await trainedHere({ steps: 200, hidden: [32], seed: 3 });
      expect(Math.abs((await boundNow()) - here)).toBeLessThan(0.01);
      expect(await inkOf('Draws of the prior, decoded')).toBeGreaterThan(0.05);
      expect(await inkOf('Codes of 500 images by their class')).toBeGreaterThan(0.005);
    });

    it('trains on two threads with the bounds of one', async () => {
      const one = await boundNow();
      await fill({ threads: '2' });
      await press('Train');
      await reaches(/step is being compiled|training/);
      await reaches(/done · step 200 of 200/);
      await expect.poll(() => page.workers().length, { timeout: 10_000 }).toBe(2); // one is the executor's own
      expect(await page.locator('#engine').textContent()).toMatch(/^one graph in WebAssembly, 2 threads/);
      expect(Math.abs((await boundNow()) - one)).toBeLessThan(0.01);
    });

    it('saves the model as a run that the command opens', async () => {
      await press('Save');
      await page.getByText(/Saved as the run .*saved/).waitFor();
      const { parts } = await openRun(join(scratch, 'saved'));
      expect(parts.config).toMatchObject({ flow: 'planar*4', latent: 2, hidden: [32], steps: 200, seed: 3 });
    });

    it('pauses, goes on with another flow on the same networks, and keeps the first curve beside it', async () => {
      await fill({ steps: '100000' });
      await press('Train');
      await reaches(/training · step [1-9]\d\d/);
      await press('Pause');
      await reaches(/paused/);
      expect(await page.locator('#paused').textContent()).toContain('encoder and decoder stay as they are');
      const stepShown = async () => Number(/^paused.* · step (\d+) of 100000$/.exec((await stage())!)![1]);
      for (let i = 0; i < 3 && (await stepShown()) % 20 === 0; i++) {
        await press('Go on');
        await reaches(/training/);
        await press('Pause');
        await reaches(/paused/);
      }
      expect((await stepShown()) % 20).toBeGreaterThan(0); // the step itself, and not that of the last entry
      const before = await stage();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await stage()).toBe(before);
      const bound = await boundNow();
      const goOn = page.getByRole('button', { name: 'Go on with this flow' });
      expect(await goOn.isEnabled()).toBe(false);
      await page.locator('[name=flow]').fill('radial*2'); // the field is not left
      await goOn.click();
      await reaches(/training · step [4-9]\d/);
      expect(await boundNow()).toBeGreaterThan(bound - 15); // networks that begin anew are at -300
      await press('Stop');
      await reaches(/done/);
      const curves = await page.locator('.legend li').allTextContents();
      expect(curves.at(-1)).toContain('planar*4');
      expect(curves[0]).toContain('radial*2');
    });

    it('says why a number is refused, and keeps the old one', async () => {
      const alert = page.getByRole('alert');
      for (const [name, text, reason] of [
        ['latent', '0.5', 'Expected a whole number from 1 to 200, got 0.5. It stays 2.'],
        ['lr', '', 'Expected a number from 0.000001 to 1, got no number. It stays 0.001.'],
        ['hidden', '32, a', 'Expected whole numbers from 1 to 2000, with commas, got 32, a. It stays 32.'],
      ]) {
        const field = page.locator(`[name=${name}]`);
        const before = await field.inputValue();
        await fill({ [name!]: text! });
        expect([await alert.textContent(), await field.inputValue()]).toEqual([reason, before]);
        await field.fill(before);
        expect(await alert.count()).toBe(0);
      }
    });

    it('names a wrong formula in one line, and trains after it is mended', async () => {
      await fill({ flow: 'plan*4' });
      await press('Train');
      await page.getByText(/flow formula 'plan\*4'/).waitFor();
      await fill({ flow: 'none', steps: '20' });
      await press('Train');
      await reaches(/done · step 20 of 20/);
    });

    it('trains in the page of one file, from the disk, by one graph in WebAssembly', async () => {
      const files = pageFiles(undefined, await buildPage());
      for (const [name, file] of labData()) files.set(name, file);
      const path = join(scratch, 'lab.html');
      writeFileSync(path, singlePage(files));
      const own = await browser.newPage();
      own.on('pageerror', (error) => faults.push(error.message));
      await own.goto(`${pathToFileURL(path)}#train`);
      await own.locator('button.main:enabled').waitFor();
      await own.locator('[name=steps]').fill('20');
      await own.locator('[name=hidden]').fill('8');
      await own.locator('[name=hidden]').blur();
      await own.locator('button.main').click();
      await own.getByText('done · step 20 of 20').waitFor({ timeout: 60_000 });
      expect(await own.locator('#engine').textContent()).toMatch(/^one graph in WebAssembly, 1 thread ·/);
      await own.close();
    });

    it('trains on the processor, and says why, where it finds no graphics card; then on other threads', async () => {
      const own = await browser.newPage();
      await own.goto(`${served.address}#train`);
      await own.locator('button.main:enabled').waitFor();
      const train = async (engine: string, threads: number) => {
        await own.locator('[name=engine]').selectOption('compiled'); // the field of threads is its own
        for (const [name, value] of Object.entries({ steps: 20, hidden: 8, threads })) {
          await own.locator(`[name=${name}]`).fill(String(value));
          await own.locator(`[name=${name}]`).blur();
        }
        await own.locator('[name=engine]').selectOption(engine);
        await own.locator('button.main').click();
        const threadsTold = `one graph in WebAssembly, ${threads} thread${threads === 1 ? ' ' : 's'}`;
        await own.locator('#engine', { hasText: threadsTold }).waitFor();
        await own.getByText('done · step 20 of 20').waitFor();
      };
      await train('webgpu', 2);
      await own.getByText(/no graphics card is usable here \(.+\); WebAssembly trains on the processor/).waitFor();
      expect(own.workers()).toHaveLength(2);
      await train('compiled', 1);
      await own.close();
    });

    it('trains where the page forbids further threads', async () => {
      const own = await browser.newPage();
      await own.route(/worker\.js/, async (route) => {
        const response = await route.fetch();
        const policy = response.headers()['content-security-policy']!;
        expect(policy).toContain("worker-src 'self' blob:");
        const strict = policy.replace("worker-src 'self' blob:", "worker-src 'self'");
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': strict } });
      });
      await own.goto(`${served.address}#train`);
      await own.locator('button.main:enabled').waitFor();
      for (const [name, value] of Object.entries({ steps: 20, hidden: 8, threads: 2 })) {
        await own.locator(`[name=${name}]`).fill(String(value));
        await own.locator(`[name=${name}]`).blur();
      }
      await own.locator('button.main').click();
      await own.getByText('done · step 20 of 20').waitFor({ timeout: 30_000 });
      expect(own.workers()).toHaveLength(1);
      await own.close();
    });

    it('trains on a graphics card by WebGPU with the bounds of the processor', async () => {
      const own = await chromium.launch({ executablePath, args: ['--no-sandbox', ...softwareCard] });
      const onCard = await own.newPage();
      await onCard.goto(`${served.address}#train`);
      await onCard.locator('button.main:enabled').waitFor();
      const chosen = { steps: 20, hidden: [8], batch: 16, flow: 'planar*1' };
      for (const [name, value] of Object.entries(chosen)) {
        await onCard.locator(`[name=${name}]`).fill(String(value));
        await onCard.locator(`[name=${name}]`).blur();
      }
      await onCard.locator('[name=engine]').selectOption('webgpu');
      await onCard.locator('button.main').click();
      await onCard.getByText('done · step 20 of 20').waitFor({ timeout: 90_000 });
      const engine = await onCard.locator('#engine').textContent();
      const bound = await onCard.getByRole('row', { name: 'elbo' }).getByRole('cell').nth(0).textContent();
      await own.close();
      expect(engine).toMatch(/^ONNX Runtime on the graphics card, by WebGPU/);
      expect(Math.abs(Number(bound) - (await trainedHere(chosen)))).toBeLessThan(0.01);
    });

    it('fits on a narrow screen, light and dark', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width: 360, height: 740 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, colorScheme).toBeLessThanOrEqual(360);
      }
    });

    it('logs no error and asks nothing from elsewhere', () => {
      expect(faults).toEqual([]);
    });

    /** The share of a canvas that is drawn: neither empty nor black. */
    const inkOf = (label: string) =>
      page.getByRole('img', { name: label }).evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let ink = 0;
        for (let i = 0; i < data.length; i += 4)
          if (data[i + 3]! > 0 && data[i]! + data[i + 1]! + data[i + 2]! > 60) ink++;
        return ink / (data.length / 4);
      });
  },
);

/** The bound of the last entry when the worker's own code trains in Node. */
async function trainedHere(changes: Partial<TrainSettings>): Promise<number> {
  const told: FromTraining[] = [];
  Object.assign(globalThis, {
    self: { postMessage: (message: FromTraining) => told.push(message), crossOriginIsolated: false },
  });
  const [{ vaeTraining }, { firstSettings }] = [
    await import('../../packages/lab/src/worker/vae-training.ts'),
    await import('../../packages/lab/src/page/train/settings-form.ts'),
  ];
  const { mnist } = await import('flowvae');
  const { images, labels } = mnist().train;
  const pictures = {
    images: images.slice(0, 10_000 * 784),
    labels: labels!.slice(0, 10_000),
    height: 28,
    width: 28,
  };
  await vaeTraining({ say: 'begin', training: 1, settings: { ...firstSettings, ...changes }, pictures });
  const entries = told.flatMap((message) => (message.tell === 'entry' ? [message.entry] : []));
  return entries.at(-1)!.terms.elbo!;
}
