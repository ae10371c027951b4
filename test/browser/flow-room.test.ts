// The room Flow as a visitor uses it: every control once, the numbers on the page, and its look.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../compiler/export/chromium.ts';
import { flowReadings } from './flow-readings.ts';
import { type OpenedLab, openLab } from './opened-lab.ts';

/** A folder for the pictures of the page; without it they are looked at by numbers alone. */
const pictures = process.env.FLOWVAE_SCREENSHOTS;

describe.skipIf(!hasChromium())('the room Flow (only where /usr/bin/chromium or FLOWVAE_CHROMIUM is a browser)', () => {
  let served: OpenedLab;
  let page: Page;
  beforeAll(async () => {
    served = await openLab('flow');
    page = served.page;
    page.setDefaultTimeout(15_000);
  });
  afterAll(() => served?.close());

  const { open, reading, text, field, inkOf, frameTimes, cutWords, stopTraining } = flowReadings(() => page);

  it('opens with a picture, a slider and numbers, at the end of the flow', async () => {
    await page.locator('#flow-picture canvas').waitFor();
    expect(await text('.picture figcaption >> nth=0')).toContain('6.0 of 6 layers');
    const [base, logDet, end] = [
      await reading('whole-way', 'log q₀(z₀)'),
      await reading('whole-way', 'Σ log|det J|'),
      await reading('whole-way', 'log q(z′)'),
    ];
    expect(end).toBeCloseTo(base - logDet, 2);
    expect(base).toBeCloseTo(-0.5 - Math.log(2 * Math.PI), 3); // at (0.8, 0.6)
  });

  it('moves points by the slider, its buttons and play', async () => {
    const end = await inkOf('#flow-picture');
    await page.locator('#layer').fill('0.5');
    expect(await text('.picture figcaption >> nth=0')).toContain('0.5 of 6');
    expect(await inkOf('#flow-picture')).not.toBe(end);
    await page.getByRole('button', { name: 'One layer on' }).click();
    expect(await text('.layer-slider')).toContain('1.0 of 6');
    await page.getByRole('button', { name: 'One layer back' }).click();
    expect(await text('.layer-slider')).toContain('0.0 of 6');
    await page.locator('#play').click();
    await page.waitForFunction(() => Number((document.querySelector('#layer') as HTMLInputElement).value) > 0.3);
    await page.locator('#play').click();
    expect(await text('#play')).toContain('Play');
  });

  it('calls the picked point z where a layer begins, and z′ where it ends', async () => {
    const handle = page.getByRole('button', { name: 'The picked point' });
    for (const [layer, name] of [
      ['0', 'z'],
      ['0.5', 'z'],
      ['1', 'z′'],
      ['6', 'z′'],
    ] as const) {
      await page.locator('#layer').fill(layer);
      expect(await handle.textContent(), layer).toBe(name);
    }
  });

  it('has sliders that reach every number of trained layers', async () => {
    await open('ten');
    const values: number[] = [];
    for (let layer = 1; layer <= 10; layer++) {
      await page.locator('#layer').fill(String(layer));
      for (const field of await page.locator('#planar-editor label').all()) {
        const told = Number((await field.locator('output').textContent())!.replace('−', '-'));
        expect(Number(await field.locator('input').inputValue()), `layer ${layer}`).toBeCloseTo(told, 1);
        values.push(Math.abs(told));
      }
    }
    expect(Math.max(...values)).toBeGreaterThan(4); // farther than the sliders of a layer at its start
    await open('explore');
  });

  it('lets w, u and b be dragged, moved by keys and by sliders, and the log-det follows', async () => {
    await page.locator('#layer').fill('6');
    const logDet = () => text('#layer-log-det');
    const setLayer = async (numbers: Readonly<Record<string, string>>) => {
      for (const [label, value] of Object.entries(numbers)) {
        const before = await text('.formulas');
        await page.locator('#planar-editor label', { hasText: label }).locator('input').fill(value);
        expect(await text('.formulas'), label).not.toBe(before);
      }
    };
    await setLayer({ 'w₁': '1.1', 'w₂': '0', 'u₁': '0.5', 'u₂': '1.5', b: '0.1' });
    for (const name of ['The tip of w', 'The tip of u', 'The line']) {
      const handle = page.getByRole('button', { name });
      const before = await logDet();
      await handle.press('ArrowUp');
      await handle.press('Shift+ArrowRight');
      expect(await logDet()).not.toBe(before);
      const { x, y, width, height } = (await handle.boundingBox())!;
      const dragged = await logDet();
      await page.mouse.move(x + width / 2, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width / 2 + 40, y + height / 2 - 30, { steps: 3 });
      await page.mouse.up();
      expect(await logDet()).not.toBe(dragged);
      const moved = (await handle.boundingBox())!;
      expect(Math.hypot(moved.x - x - 40, moved.y - y + 30)).toBeLessThan(4); // it stays under the pointer
    }
    await setLayer({ 'w₁': '1', 'w₂': '0', 'u₁': '-3', 'u₂': '0', b: '0' });
    expect(await text('#invertible')).toContain('u itself would fold the plane');
    expect(await text('#invertible')).toContain('wᵀû = −0.951 > −1');
  });

  it('lets a finger drag a handle', async () => {
    for (const [label, value] of [
      ['u₁', '-1'],
      ['u₂', '1.5'], // away from the other handles
    ] as const)
      await page.locator('#planar-editor label', { hasText: label }).locator('input').fill(value);
    const [handle, before] = [page.getByRole('button', { name: 'The tip of u' }), await text('#layer-log-det')];
    await handle.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await handle.boundingBox())!;
    const finger = await page.context().newCDPSession(page);
    const at = (dx: number, dy: number) => [{ x: x + width / 2 + dx, y: y + height / 2 + dy }];
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0, 0) });
    for (const share of [0.3, 0.6, 1])
      await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(30 * share, 50 * share) });
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await finger.detach();
    const moved = (await handle.boundingBox())!;
    expect(Math.hypot(moved.x - x - 30, moved.y - y - 50)).toBeLessThan(4);
    expect(await text('#layer-log-det')).not.toBe(before);
  });

  it('picks a point by a press and by keys', async () => {
    const before = await text('#whole-way');
    await page.locator('#flow-picture canvas').click({ position: { x: 120, y: 380 } });
    const pressed = await text('#whole-way');
    expect(pressed).not.toBe(before);
    await page.getByRole('button', { name: 'The picked point' }).press('ArrowLeft');
    expect(await text('#whole-way')).not.toBe(pressed);
  });

  it('shows every family, base and target', async () => {
    const choices = (label: string) =>
      field(label)
        .locator('option')
        .evaluateAll((all) => all.map((each) => (each as HTMLOptionElement).value));
    await field('Layers, 1 to 16').fill('1');
    await field('Layers, 1 to 16').press('Enter');
    for (const family of await choices('Family')) {
      await field('Family').selectOption(family);
      expect(await text('#layer-log-det'), family).toMatch(/nats/);
      expect(await text('#whole-way'), family).not.toContain('NaN');
    }
    await field('Family').selectOption('permutation');
    expect(await page.locator('#train').isDisabled()).toBe(true);
    await field('Family').selectOption('realnvp');
    await page.getByText('Blue: q at every pixel, by the inverse.').waitFor();
    for (const base of await choices('Base density q₀')) {
      const before = await inkOf('#flow-picture');
      await field('Base density q₀').selectOption(base);
      if (base !== 'normal') expect(await inkOf('#flow-picture'), base).not.toBe(before);
    }
    for (const target of await choices('Density p that the flow should reach')) {
      const before = await inkOf('#target-picture');
      await field('Density p that the flow should reach').selectOption(target);
      if (target !== 'energy U1') expect(await inkOf('#target-picture'), target).not.toBe(before);
    }
    await field('First parameters').selectOption('identity');
    await field('Seed').fill('4');
    await field('Seed').press('Enter');
    expect(await reading('whole-way', 'Σ log|det J|')).toBeCloseTo(0, 3);
  });

  it('takes paint, an eraser and a formula, and names the place of an error', async () => {
    const target = field('Density p that the flow should reach');
    await target.selectOption('painted');
    const first = await inkOf('#target-picture');
    await page.locator('#target-picture canvas').click({ position: { x: 60, y: 400 } });
    const painted = await inkOf('#target-picture');
    expect(painted).not.toBe(first);
    await page.getByRole('button', { name: 'Eraser' }).click();
    await page.locator('#target-picture canvas').click({ position: { x: 60, y: 400 } });
    expect(await inkOf('#target-picture')).not.toBe(painted);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'Brush' }).click();
    await target.selectOption('expression');
    const height = (await page.locator('#target-panel').boundingBox())!.height;
    await page.locator('#expression').fill('-z1^2 - sine(z2)');
    expect(await text('#expression-error')).toContain("got 'sine' at character 9");
    await page.locator('#expression').fill('-(z1^2 + z2^2)/2');
    expect(await text('#expression-error')).toBe('');
    expect((await page.locator('#target-panel').boundingBox())!.height).toBe(height); // nothing jumps
    expect(await reading('bound', 'log Z')).toBeCloseTo(Math.log(2 * Math.PI), 3);
  });

  it('trains in a worker, stops, goes on, and gives the same numbers again', async () => {
    await open('two');
    await field('Length').selectOption('4000'); // long enough to be stopped
    const run = async () => {
      await field('First parameters').selectOption('random'); // parameters of the seed
      await field('First parameters').selectOption('identity');
      await page.locator('#train').click();
    };
    const done = () => page.locator('#train', { hasText: 'Train further' }).waitFor();
    await run();
    const first = await reading('bound', 'ELBO now');
    await done();
    expect(await text('#training-state')).toContain('Step 4000 of 4000, one graph in WebAssembly');
    const [elbo, kl, logZ] = [
      await reading('bound', 'ELBO in training'),
      await reading('bound', 'KL(q‖p) in training'),
      await reading('bound', 'log Z'),
    ];
    expect(kl).toBeCloseTo(logZ - elbo, 2);
    expect(elbo).toBeGreaterThan(first + 2);
    expect(elbo).toBeLessThan(logZ);
    const whole = await text('#whole-way');
    await run();
    await stopTraining();
    await page.locator('#train', { hasText: 'Go on' }).click();
    await done();
    expect(await text('#whole-way')).toBe(whole);
  });

  it('draws a frame for every place of the slider', async () => {
    await open('ten');
    const frames = await frameTimes();
    expect(frames[30]).toBeLessThan(50); // 17 ms without other work on the machine
    expect(await reading('bound', 'KL(q‖p) now')).toBeLessThan(0.1);
  });

  it('shows the change of variables on a line', async () => {
    await open('line');
    expect(await reading('line-numbers', 'log|f′(z)|')).toBeCloseTo(Math.log(2), 3);
    expect(await reading('line-numbers', 'length on y')).toBeCloseTo(1, 3);
    await page.getByRole('button', { name: "The interval's middle" }).press('ArrowRight');
    await field('Map').selectOption('exp');
    expect(await reading('line-numbers', 'log|f′(z)|')).toBeCloseTo(-0.45, 3);
    for (const label of ["z, the interval's middle", "The interval's length"]) {
      const before = await text('#line-numbers');
      await page.locator('.slider', { hasText: label }).locator('input').fill('1.2');
      expect(await text('#line-numbers')).not.toBe(before);
    }
  });

  it('shows area and determinant', async () => {
    await open('area');
    expect(await reading('area-numbers', 'det A')).toBe(3);
    expect(await reading('area-numbers', 'area')).toBe(3);
    await page.getByRole('button', { name: 'The first column' }).press('Shift+ArrowRight');
    expect(await reading('area-numbers', 'det A')).toBe(3.75);
    await page.getByRole('button', { name: 'The second column' }).press('Shift+ArrowRight');
    expect(await reading('area-numbers', 'det A')).toBe(3.3);
    expect(await reading('area-numbers', 'log|det A|')).toBeCloseTo(Math.log(3.3), 3);
    expect(await reading('area-numbers', 'area')).toBe(3.3);
  });

  it.each([
    [1440, 'light'],
    [1440, 'dark'],
    [360, 'light'],
    [360, 'dark'],
  ] as const)('fits a width of %d pixels, %s', async (width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    for (const scene of ['line', 'area', 'ten']) {
      await open(scene);
      await page.locator('.plane canvas').first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), scene).toBeLessThanOrEqual(width);
      expect(await cutWords(), scene).toEqual([]);
      if (!pictures) continue;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `flow-${scene}-${width}-${colorScheme}.png`), fullPage: true });
    }
  });

  it('logs no error and asks no other origin', () => {
    expect(served.faults).toEqual([]);
  });

  it('trains by TensorFlow.js where WebAssembly lacks SIMD and ONNX Runtime is missing, and says so', async () => {
    await page.route(/\/worker\.js/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `WebAssembly.validate = () => false;${await response.text()}` });
    });
    await page.route(/\/ort\//, (route) => route.abort());
    await open('two');
    await field('Length').selectOption('200');
    await page.locator('#train').click();
    await page.locator('#train', { hasText: 'Train further' }).waitFor();
    expect(await text('#training-state')).toContain('Step 200 of 200, TensorFlow.js');
    expect(await text('#training-state')).toContain('The compiled engine did not start');
  });
});
