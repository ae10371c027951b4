// Readings of the room Flow: its scenes, tables, fields, canvases and frames.
import type { Page } from 'playwright-core';

/** Readings of a page that is opened later. */
export const flowReadings = (page: () => Page) => ({
  /** Goes to a scene. */
  open: async (scene: string) => {
    await page().evaluate((hash) => {
      location.hash = hash;
    }, `flow/${scene}`);
    await page().locator(`.scenes a[aria-current="page"][href="#flow/${scene}"]`).waitFor();
  },
  /** The number in a row of a table. */
  reading: async (table: string, row: string) => {
    const text = await page().locator(`#${table} tr`, { hasText: row }).first().locator('td').textContent();
    return Number.parseFloat(text!.replaceAll('−', '-'));
  },
  text: async (selector: string) => (await page().locator(selector).textContent()) ?? '',
  field: (label: string) => page().locator(`label:has(> span:text-is("${label}")) :is(select, input)`),
  /** A fingerprint of a canvas. */
  inkOf: (selector: string) =>
    page()
      .locator(`${selector} canvas`)
      .evaluate((canvas) => {
        const { data } = (canvas as HTMLCanvasElement)
          .getContext('2d')!
          .getImageData(0, 0, (canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height);
        return data.reduce((sum, value, i) => (sum * 31 + value * (i % 251)) % 1_000_003, 7);
      }),
  /** Milliseconds of 60 frames, each with another place of the slider; the fastest first. */
  frameTimes: () =>
    page().evaluate(async () => {
      const slider = document.querySelector('#layer') as HTMLInputElement;
      const times: number[] = [];
      for (let i = 0; i < 60; i++) {
        const begin = performance.now();
        slider.value = String((10 * i) / 60);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - begin);
      }
      return times.toSorted((a, b) => a - b);
    }),
  /**
   * Presses the button of the training while it says Stop. In one step: at its end it says Train further, and a press
   * from outside may come too late.
   */
  stopTraining: () =>
    page().waitForFunction(() => {
      const button = document.querySelector('#train') as HTMLButtonElement;
      const isRunning = button.textContent!.includes('Stop');
      if (isRunning) button.click();
      return isRunning;
    }),
  /** Words that do not fit into their place. */
  cutWords: () =>
    page()
      .locator('button, select, td, th, h2')
      .evaluateAll((all) =>
        all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent),
      ),
});
