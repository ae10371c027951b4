// Readings of the room Latent space: its pictures, its map, its worker and its width.
import type { Locator, Page } from 'playwright-core';

/** The shades of a picture on the page, from 0 to 255. */
export const shades = (picture: Locator): Promise<number[]> =>
  picture.evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]!);
  });

/** Values from 0 to 1 as the shades of a picture. */
export const bytes = (values: Float32Array): number[] => [...values].map((value) => Math.round(255 * value));

/** The largest difference. */
export const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most: number, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
/** Elements that reach beyond the window. */
export const tooWide = (page: Page, width: number): Promise<string[]> =>
  page.evaluate((width) => {
    const all = [...document.querySelectorAll('body *')];
    const beyond = all.filter((element) => element.getBoundingClientRect().right > width + 0.5);
    return beyond.map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`);
  }, width);

/** Works of the page's own worker, by a second one. */
export const askWorker = (page: Page, messages: readonly object[]): Promise<number[]> =>
  page.evaluate(async (messages) => {
    const worker = new Worker('worker.js', { type: 'module', name: 'latent' });
    let last: unknown;
    for (const [id, message] of messages.entries()) {
      last = await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => {
          if ('error' in data) reject(new Error(data.error));
          else if ('result' in data) resolve(data.result);
        };
        const parameters = async () => new Uint8Array(await (await fetch('run/parameters.safetensors')).arrayBuffer());
        parameters().then((bytes) => {
          const { work, options } = message as { work: string; options: object };
          const given = work === 'open' ? { ...options, parameters: bytes } : options;
          worker.postMessage({ id, work, options: given });
        });
      });
    }
    worker.terminate();
    return [...(last as Float32Array)];
  }, messages);

/** The places of codes on the map, pixels. */
export async function placesOf(codes: Float32Array, size: number): Promise<(readonly [number, number])[]> {
  const { placing, rangeOf } = await import('../../packages/lab/src/page/latent/view/scatter.ts');
  const { toPixels } = placing(rangeOf(codes), Math.floor(size));
  return Array.from({ length: codes.length / 2 }, (_, i) => toPixels([codes[2 * i]!, codes[2 * i + 1]!]));
}
