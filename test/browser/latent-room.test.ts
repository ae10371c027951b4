// The room Latent space in Chromium: every control used, and its numbers against those of Node.
import { tf } from '@flowvae/tensor';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { centreOfMass } from '../../packages/lab/src/page/latent/math/digit.ts';
import { type LatentWorks, latentWorks } from '../../packages/lab/src/worker/latent-works.ts';
import { hasChromium } from '../compiler/export/chromium.ts';
import { type SmallRun, smallRun } from '../lab/latent/small-run.ts';
import { openLab, openSingle, photograph } from './lab-page.ts';
import { apart, askWorker, bytes, placesOf, shades, tooWide } from './latent-readings.ts';
import type { ServedPage } from './served-page.ts';

const COUNT = 120;

let small: SmallRun;
let works: LatentWorks;
let served: ServedPage;
let page: Page;

const panel = (title: string): Locator =>
  page.locator('.latent section', { has: page.getByRole('heading', { name: title }) }).first();

const imageAt = (i: number) => small.images.slice(i * 784, (i + 1) * 784);

describe.skipIf(!hasChromium())(
  'the latent room (only where /usr/bin/chromium or FLOWVAE_CHROMIUM is a browser)',
  () => {
    beforeAll(async () => {
      await tf.setBackend('cpu');
      small = await smallRun({ count: COUNT, steps: 300 });
      works = latentWorks();
      works.open({ model: small.run.model, parameters: small.parameters });
      served = await openLab('latent', { description: small.run, arrays: small });
      page = served.page;
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByText(`${COUNT} test pictures;`).waitFor();
    });
    afterAll(() => served?.close());

    it('shows how probable a picture is, as Node computes it, and reacts to the number of samples', async () => {
      for (const samples of [1000, 200]) {
        await panel('How probable').getByLabel('Importance samples').selectOption(String(samples));
        await page
          .getByText(`of ${samples.toLocaleString('en')}`, { exact: false })
          .first()
          .waitFor();
        const { estimate } = await works.weigh({ image: imageAt(0), samples, draws: 1, seed: 0 });
        const text = (await panel('How probable').locator('table').textContent())!.replaceAll('−', '-');
        const number = (name: string) => Number(new RegExp(`${name}\\s*(-?[\\d.]+)`).exec(text)![1]);
        expect(Math.abs(number('log p\\(x\\)') - estimate.logEvidence)).toBeLessThan(0.011);
        expect(Math.abs(number('ELBO') - estimate.elbo)).toBeLessThan(0.011);
        expect(Math.abs(number('k̂') - estimate.paretoK)).toBeLessThan(0.011);
      }
    });

    it('decodes where the visitor points, and keeps a picture or a place by a click', async () => {
      const map = panel('Map').locator('canvas');
      await map.scrollIntoViewIfNeeded();
      const { mean } = await works.encode({ images: small.images, seed: 0 });
      const size = (await map.boundingBox())!.width;
      const at = await placesOf(mean, size);
      const lonely = at.findIndex((one, i) =>
        at.every((other, j) => i === j || Math.hypot(one[0] - other[0], one[1] - other[1]) > 10),
      );
      await map.hover({ position: { x: at[lonely]![0], y: at[lonely]![1] } });
      const pictures = panel('Picture and code').locator('.picture canvas');
      await panel('Picture and code')
        .getByText(`test picture ${lonely + 1}, class ${small.labels[lonely]}`)
        .waitFor();
      await panel('Picture and code').getByText('its reconstruction').waitFor();
      await page.waitForTimeout(200);
      const z = mean.slice(2 * lonely, 2 * lonely + 2);
      const own = works.decode({ z });
      expect(await shades(pictures.nth(0))).toEqual([...imageAt(lonely)]);
      expect(apart(await shades(pictures.nth(1)), bytes(own))).toBeLessThanOrEqual(1);
      const raw = await askWorker(page, [
        { work: 'open', options: { model: small.run.model } },
        { work: 'decode', options: { z: [...z] } },
      ]);
      expect(apart(raw, own)).toBeLessThan(1e-5);
      await map.click({ position: { x: at[lonely]![0], y: at[lonely]![1] } });
      await page.mouse.move(2, 2);
      expect(
        await panel('Picture and code')
          .getByLabel(/Test picture/)
          .inputValue(),
      ).toBe(String(lonely + 1));
      await map.click({ position: { x: 3, y: 3 } });
      await page.mouse.move(2, 2);
      await panel('Picture and code').getByText('decoded from the z of the sliders').waitFor();
    });

    it('shows the map of draws and of one class, and is led by keys', async () => {
      const map = panel('Map');
      const before = await map.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
      await map.getByLabel('A point is').selectOption('draw');
      await map.getByTitle('Show class 7 alone').click();
      expect(await map.getByTitle('Show class 7 alone').getAttribute('aria-pressed')).toBe('true');
      expect(await map.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())).not.toBe(
        before,
      );
      await map.getByTitle('Show class 7 alone').click();
      await map.getByLabel('A point is').selectOption('mean');
      await map.locator('canvas').focus();
      for (const key of ['ArrowRight', 'ArrowUp', 'Shift+ArrowLeft', 'Enter', 'Escape']) await page.keyboard.press(key);
      await map.getByLabel('A point is').focus();
    });

    it('follows sliders and steps through pictures', async () => {
      const code = panel('Picture and code');
      const field = code.getByLabel(/Test picture/);
      await field.fill('4');
      await page.locator('.latent canvas').first().hover(); // the view is drawn anew while one types
      await page.waitForTimeout(100);
      expect(await field.inputValue()).toBe('4');
      await page.keyboard.press('Enter');
      await code.getByText('test picture 4, class').waitFor(); // the step is from there
      await code.getByTitle('The next picture').click();
      await code.getByText('test picture 5, class').waitFor();
      await code.getByText('Mean of the prior').click();
      const slider = code.locator('.slider input').first();
      await slider.fill('1.25');
      await slider.press('ArrowRight');
      expect(await code.locator('.slider output').first().textContent()).toBe('1.35');
      await page.waitForTimeout(200);
      const own = works.decode({ z: Float32Array.of(1.35, 0) });
      expect(apart(await shades(code.locator('.picture canvas').nth(1)), bytes(own))).toBeLessThanOrEqual(1);
      await code.getByText('z of the picture').click();
      await code.getByText('its reconstruction, decoded from the mean').waitFor();
    });

    it('moves the draws of q(z|x) through the layers', async () => {
      const posterior = panel('Posterior of the picture');
      const slider = posterior.locator('input[type=range]');
      for (const layer of [0, 2, 4]) {
        await slider.fill(String(layer));
        await posterior.getByText(`after ${layer} of 4 layers`).waitFor();
      }
      await posterior.getByText('effective sample size').waitFor();
      expect(await posterior.locator('.cloud canvas').count()).toBe(2);
    });

    it('interpolates along a line and an arc between chosen ends', async () => {
      const between = panel('From one picture');
      await between.getByLabel('Start (1 to').fill('3');
      await page.keyboard.press('Enter');
      await between.getByText('The chosen picture as end').click();
      await between.getByText('End: test picture 5').waitFor();
      await page.waitForTimeout(300);
      const mean = async (i: number) => (await works.encode({ images: imageAt(i), seed: 0, first: i })).mean;
      const [a, b] = [await mean(2), await mean(4)];
      for (const [row, kind] of [
        [0, 'linear'],
        [1, 'spherical'],
      ] as const) {
        const own = works.between({ a, b, steps: 9, kind });
        const shown = await shades(between.locator('.row').nth(row).locator('canvas').nth(4));
        expect(apart(shown, bytes(own.subarray(4 * 784, 5 * 784)))).toBeLessThanOrEqual(1);
      }
    });

    it('normalises a drawing as the digits of MNIST, and encodes it', async () => {
      const pad = panel('Your own picture');
      const canvas = pad.locator('.pad > canvas');
      await canvas.scrollIntoViewIfNeeded();
      const box = (await canvas.boundingBox())!;
      const to = (x: number, y: number) => page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 5 });
      await to(0.1, 0.1);
      await page.mouse.down();
      await to(0.5, 0.1);
      await to(0.3, 0.6);
      await page.mouse.up();
      await pad.getByText('as the encoder gets it').waitFor();
      await page.waitForTimeout(100);
      const digit = await shades(pad.locator('.picture canvas'));
      const rows = digit.flatMap((value, i) => (value > 0 ? [Math.floor(i / 28)] : []));
      expect(Math.max(...rows) - Math.min(...rows)).toBe(19);
      const [x, y] = centreOfMass({ values: Float32Array.from(digit), width: 28, height: 28 });
      expect([Math.floor(x), Math.floor(y)]).toEqual([14, 14]);
      await page.getByText('Your drawing, under this model.').waitFor();
      await pad.getByText('Clear').click();
      await canvas.focus();
      for (const key of [' ', 'ArrowDown', 'ArrowDown', 'ArrowDown', ' ']) await page.keyboard.press(key);
      await pad.getByText('as the encoder gets it').waitFor();
      await pad.getByText('Choose it again').click();
      const file = { name: 'black.png', mimeType: 'image/png', buffer: await canvas.screenshot() };
      await pad.locator('input[type=file]').setInputFiles(file);
      await page.getByText('Your picture, under this model.').waitFor();
      await pad.locator('input[type=file]').setInputFiles({ ...file, name: 'no.png', buffer: Buffer.from('no') });
      await pad.getByText('no.png: expected a picture').waitFor();
    });

    it('keeps the page’s memory flat while a slider moves', async () => {
      const slider = panel('Picture and code').locator('.slider input').first();
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable');
      const used = async () => {
        await session.send('HeapProfiler.collectGarbage');
        const { metrics } = await session.send('Performance.getMetrics');
        return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value;
      };
      const move = (times: number) =>
        slider.evaluate(async (element, times) => {
          for (let i = 0; i < times; i++) {
            (element as HTMLInputElement).value = String(Math.sin(i));
            element.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((resolve) => requestAnimationFrame(resolve));
          }
        }, times);
      await move(20);
      const before = await used();
      await move(60);
      expect((await used()) - before).toBeLessThan(2 ** 20);
    });

    it('draws from the prior at a temperature', async () => {
      const samples = panel('Draws from the prior');
      await samples.getByText('New draws').click();
      await samples.locator('input[type=range]').fill('0.5');
      await page.waitForTimeout(300);
      const own = works.sample({ count: 16, temperature: 0.5, seed: 1 });
      expect(apart(await shades(samples.locator('canvas').nth(15)), bytes(own.subarray(15 * 784)))).toBeLessThanOrEqual(
        1,
      );
    });

    it('shows no numbers of the picture before, when those of the chosen one fail', async () => {
      const number = panel('Picture and code').getByLabel(/Test picture/);
      const choose = async (place: string) => {
        await number.fill(place);
        await page.keyboard.press('Enter');
      };
      await choose('2');
      await page.getByText('log p(x) − ELBO').waitFor();
      await page.evaluate(() => {
        const send = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function (this: Worker, message: { work: string; options: object }) {
          if (message.work !== 'weigh') return send.call(this, message);
          Worker.prototype.postMessage = send;
          send.call(this, { ...message, options: { ...message.options, image: new Uint8Array(3) } });
        } as typeof send;
      });
      await choose('3');
      await panel('How probable').getByRole('alert').waitFor();
      await panel('How probable').getByText('Test picture 3, class').waitFor();
      expect(await panel('How probable').locator('table').count()).toBe(0);
      expect(await panel('Posterior of the picture').locator('.cloud canvas').count()).toBe(1);
    });

    it('fits narrow and wide windows, light and dark', async () => {
      await panel('Picture and code')
        .getByLabel(/Test picture/)
        .fill('1');
      await page.keyboard.press('Enter');
      await page.getByText('log p(x) − ELBO').waitFor();
      await photograph(page, 'latent');
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await tooWide(page, width)).toEqual([]);
      }
    });

    it('opens a run from chosen files where there is none beside the page, and says why it cannot', async () => {
      const alone = await openLab('latent');
      try {
        await alone.page.getByText('flowvae lab runs/first').waitFor();
        const file = ([path, bytes]: readonly [string, Uint8Array]) => ({
          name: path.split('/').at(-1)!,
          mimeType: 'application/octet-stream',
          buffer: Buffer.from(bytes),
        });
        const files = [...small.files].map(file);
        await alone.page.locator('input[type=file]').setInputFiles(files.slice(0, 3));
        await alone.page.getByText('labels.bin: expected this file').waitFor();
        await alone.page.locator('input[type=file]').setInputFiles(files);
        await alone.page.getByText(`${COUNT} test pictures;`).waitFor();
        expect(alone.faults).toEqual([]);
      } finally {
        await alone.close();
      }
    });

    it('works in a page of one file', async () => {
      const single = await openSingle('latent', { description: small.run, arrays: small });
      try {
        await single.page.getByText(`${COUNT} test pictures;`).waitFor();
        await single.page.getByText('log p(x) − ELBO').waitFor();
        expect(single.faults).toEqual([]);
      } finally {
        await single.close();
      }
    });

    it('logs no error and asks no other origin', () => {
      expect(served.faults).toEqual([]);
    });
  },
);
