// The page's side: a worker that measures a step, as a page that stays usable has to.
import '@tensorflow/tfjs-backend-webgl';
import { runtimeFolder } from '@flowvae/compiler';
import { startEagerBackend, tf } from '@flowvae/tensor';
import { fitStep, type PageSize, plainStep } from './page-step.ts';

/** A measurement to make. */
export interface Asked {
  /** `fit`, or a backend of TensorFlow.js. */
  readonly way: 'fit' | 'cpu' | 'wasm' | 'webgl';
  readonly size: PageSize;
  readonly count: number;
}

async function measured({ way, size, count }: Asked): Promise<number> {
  runtimeFolder(new URL('ort/', self.location.href).href);
  if (way === 'wasm') {
    const reason = await startEagerBackend('wasm');
    if (reason !== undefined) throw new Error(reason);
  } else if (!(await tf.setBackend(way === 'fit' ? 'cpu' : way))) throw new Error(`no backend ${way} in this browser`);
  return way === 'fit' ? fitStep(size, count) : plainStep(size, count);
}

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  self.postMessage(
    await measured(data).then(
      (milliseconds) => ({ milliseconds }),
      (error: unknown) => ({ error: String(error instanceof Error ? error.message : error) }),
    ),
  );
};
