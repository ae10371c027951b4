// The packages in a page: the same draws and weights as in Node, byte for byte, and the same losses within rounding.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, softwareCard } from '../compiler/export/chromium.ts';
import { bundled } from './bundled.ts';
import type { Works } from './page.ts';
import { beginnings, checkedFlow, fittedTarget, small, type Training, training } from './program.ts';
import { type ServedPage, servePage } from './served-page.ts';

/** Asks the page's worker for a work. */
async function ask<Name extends keyof Works>({ page }: ServedPage, name: Name, options?: Training) {
  const answered = page.evaluate(
    ([name, options]) =>
      new Promise<{ result?: unknown; error?: string }>((resolve) => {
        const worker = new Worker('/main.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve({ error: message });
        worker.postMessage({ id: 0, name, options });
      }),
    [name, options] as const,
  );
  const { result, error } = await answered;
  if (error !== undefined) throw new Error(error);
  return result as Works[Name];
}

/** The page's own thread after it has loaded the program. */
interface InPage {
  readonly works: { training(options: Training): Promise<Works['training']> };
}

/** The largest relative difference. */
const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!) / Math.max(1, Math.abs(x))));

/** Chromium tells workers the exact size of their heap, and collects it when it is asked. */
const watched = ['--enable-precise-memory-info', '--js-flags=--expose-gc'];

const training200 = { ...small, steps: 200, batchSize: 16, engine: 'compiled' } as const;

describe.skipIf(!hasChromium())('a page (only where /usr/bin/chromium or FLOWVAE_CHROMIUM is a browser)', () => {
  let served: ServedPage;
  beforeAll(async () => {
    served = await servePage(await bundled({ file: 'page.ts' }), { args: watched });
  });
  afterAll(() => served?.close());

  it('draws the same numbers, orders and first weights as Node, byte for byte', async () => {
    expect(await ask(served, 'beginnings')).toEqual(JSON.parse(JSON.stringify(beginnings())));
  });

  it('trains 200 steps by onnxruntime-web with the losses of Node, and evaluates alike', async () => {
    const there = await ask(served, 'training', training200);
    const here = await training(training200);
    expect(there.engine).toBe('compiled');
    expect(there.losses).toHaveLength(200);
    expect(there.losses.at(-1)!).toBeLessThan(there.losses[0]! - 5); // it learned
    expect(apart(there.losses, here.losses)).toBeLessThan(1e-5);
    expect(apart([there.bound!, there.nll!], [here.bound!, here.nll!])).toBeLessThan(1e-4);
  });

  it('trains eagerly by plain TensorFlow.js too', async () => {
    const few = { ...training200, steps: 5, engine: 'eager' } as const;
    const there = await ask(served, 'training', few);
    expect(there.engine).toBe('eager');
    expect(apart(there.losses, (await training(few)).losses)).toBeLessThan(1e-5);
  });

  it('fits a guide to a target with the bound of Node', async () => {
    const [there, here] = [await ask(served, 'fittedTarget'), await fittedTarget()];
    expect(apart([...there.bounds, there.logZ], [...here.bounds, here.logZ])).toBeLessThan(1e-4);
  });

  it('checks a flow with the verdict of Node', async () => {
    expect(await ask(served, 'checkedFlow')).toEqual(checkedFlow());
  });

  it('keeps its memory over 1,000 steps', async () => {
    // in the page's own thread: only there Chromium tells the size of the heap
    await served.page.addScriptTag({ type: 'module', url: '/main.js' });
    await served.page.waitForFunction('globalThis.works !== undefined');
    const { memory } = await served.page.evaluate(
      (options) => (globalThis as unknown as InPage).works.training(options),
      { ...training200, steps: 1000, samples: 0 },
    );
    expect(memory).toHaveLength(5);
    expect(new Set(memory.map(({ tensors }) => tensors)).size).toBe(1);
    expect(memory[0]!.heap).toBeGreaterThan(1e6);
    // the curve of a step each is kept: some 200 bytes a step
    expect(memory.at(-1)!.heap - memory[1]!.heap).toBeLessThan(600 * 1000);
  });

  it('trains on a graphics card by WebGPU, with the state on it and the losses of Node', async () => {
    const onCard = await servePage(await bundled({ file: 'page.ts' }), { args: softwareCard });
    const few = { ...training200, flow: 'planar*2', steps: 5, engine: 'webgpu', samples: 0 } as const;
    const there = await ask(onCard, 'training', few);
    await onCard.close();
    expect(there.engine).toBe('webgpu');
    const here = await training({ ...few, engine: 'compiled' });
    expect(apart(there.losses, here.losses)).toBeLessThan(1e-5);
  });

  it('logs no error and asks no other origin', () => {
    expect(served.faults).toEqual([]);
  });
});
