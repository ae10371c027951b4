// tfjs without a compiler: on plain JavaScript, on WebAssembly, and on its native library if installed.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { startEagerBackend, tf } from 'flowvae';
import type { Options } from '../options.ts';
import type { Setting } from '../setting.ts';

/** A backend that may be missing; `start` makes it current on so many threads, or throws why not. */
export interface Backend {
  readonly name: string;
  start(threads: number): Promise<void>;
  /** A step takes up to seconds: few steps suffice. */
  readonly mostSteps: number;
}

/** @throws why eager tfjs does not take part */
export async function startBackend(backend: Backend, { threads }: Setting, { peers }: Options): Promise<void> {
  if (!peers.has('tfjs')) throw new Error('not among --peers');
  await backend.start(threads);
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

const NATIVE = '@tensorflow/tfjs-node';

/** The threads that the native library was started with; it reads their number once. */
let nativeThreads: number | undefined;

/**
 * No dependency of this project: its install downloads a library. Another copy of tfjs comes with it, of the same
 * version; all copies share one engine, so its backend serves ours.
 */
async function startNative(threads: number): Promise<void> {
  if (nativeThreads !== undefined && nativeThreads !== threads) {
    throw new Error(`its library has ${nativeThreads} threads until the process ends`);
  }
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  quietly(() => installed(NATIVE));
  nativeThreads = threads;
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend did not start');
}

/** Loads a package from here, or from the folder that FLOWVAE_TFJS_NODE names. */
function installed(name: string): void {
  const folder = process.env.FLOWVAE_TFJS_NODE;
  const require = createRequire(folder === undefined ? import.meta.url : join(resolve(folder), 'package.json'));
  try {
    require(name);
  } catch (error) {
    const [reason] = (error as Error).message.split('\n'); // the folders that were searched do not matter
    throw new Error(folder === undefined ? `${reason}; FLOWVAE_TFJS_NODE may name its folder` : reason);
  }
}

/** The second copy of tfjs warns of every kernel that it finds registered. */
function quietly(action: () => void): void {
  const { warn } = console;
  console.warn = () => {};
  try {
    action();
  } finally {
    console.warn = warn;
  }
}
