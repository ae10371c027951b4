// The page's side: a worker that measures a step, as a page that stays usable has to.
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import { runtimeFolder } from '@flowvae/compiler';
import { startEagerBackend, tf } from '@flowvae/tensor';
import { fitStep, type PageSize, plainStep } from './page-step.ts';

/** A measurement to make. */
export interface Asked {
  /** `fit`, or a backend of TensorFlow.js. */
  readonly way: 'fit' | 'cpu' | 'wasm' | 'webgl';
  /** Of WebAssembly. */
  readonly threads: number;
  readonly size: PageSize;
  readonly count: number;
}

async function measured({ way, threads, size, count }: Asked): Promise<number> {
  runtimeFolder(new URL('ort/', self.location.href).href);
  if (way === 'wasm') {
    setThreadsCount(threads);
    const reason = await startEagerBackend('wasm');
    if (reason !== undefined) throw new Error(reason);
  } else if (!(await tf.setBackend(way === 'fit' ? 'cpu' : way))) throw new Error(`no backend ${way} in this browser`);
  return way === 'fit' ? fitStep(size, count, threads) : plainStep(size, count);
}

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  self.postMessage(
    await measured(data).then(
      (milliseconds) => ({ milliseconds }),
      (error: unknown) => ({ error: String(error instanceof Error ? error.message : error) }),
    ),
  );
};
