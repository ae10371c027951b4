// tfjs without a compiler: on plain JavaScript, on WebAssembly, and on its native library if installed.
import { startEagerBackend, tf } from 'flowvae';
import type { Options } from '../options.ts';

/** A backend that may be missing; `start` makes it current or throws why not. */
export interface Backend {
  readonly name: string;
  start(): Promise<void>;
  /** A step takes up to seconds: few steps suffice. */
  readonly mostSteps: number;
}

/** @throws why eager tfjs does not take part */
export async function startBackend(backend: Backend, { peers }: Options): Promise<void> {
  if (!peers.has('tfjs')) throw new Error('not among --peers');
  await backend.start();
}

export const eagerBackends: readonly Backend[] = [
  { name: 'wasm', start: () => startOwn('wasm'), mostSteps: 5 },
  { name: 'cpu', start: () => startOwn('cpu'), mostSteps: 2 },
  { name: 'tfjs-node', start: startNative, mostSteps: 10 },
];

async function startOwn(backend: 'wasm' | 'cpu'): Promise<void> {
  const reason = await startEagerBackend(backend);
  if (reason !== undefined) throw new Error(reason);
}

/** No dependency of this project: its install downloads a library. Its backend registers itself with the same tfjs. */
async function startNative(): Promise<void> {
  const specifier = '@tensorflow/tfjs-node';
  await import(specifier).catch((error: Error) => {
    throw new Error(error.message.split(' imported from')[0]); // the folder's owner does not matter
  });
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend did not start');
}
