// The page of the tests: a worker does the work and says each result.

import { runtimeFolder } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { beginnings, checkedFlow, fittedTarget, type Training, training } from './program.ts';

runtimeFolder(new URL('ort/', self.location.href).href);

/** Works by name. */
const works = {
  beginnings: async () => beginnings(),
  training: (options: Training) => training(options),
  fittedTarget,
  checkedFlow: async () => checkedFlow(),
};

/** The names of works, and their results. */
export type Works = { readonly [Name in keyof typeof works]: Awaited<ReturnType<(typeof works)[Name]>> };

Object.assign(globalThis, { works }); // for work in the page's own thread

interface Asked {
  readonly id: number;
  readonly name: keyof typeof works;
  readonly options: Training;
}

self.onmessage = async ({ data: { id, name, options } }: MessageEvent<Asked>) => {
  try {
    await tf.setBackend('cpu');
    self.postMessage({ id, result: await works[name](options) });
  } catch (error) {
    self.postMessage({ id, error: String(error instanceof Error ? (error.stack ?? error.message) : error) });
  }
};
