// TensorFlow.js's own backends that need no native library.
import { wasmFolder } from '#wasm-folder';
import { borrowKernels } from './borrowed-kernels.ts';
import { tf } from './tensorflow.ts';

/** `wasm` is several times faster, and borrows the kernels that it lacks from `cpu`, which is plain JavaScript. */
export type EagerBackend = 'cpu' | 'wasm';

/** Makes a backend the current one. If it cannot start, the current one stays, and the reason is returned. */
export async function startEagerBackend(backend: EagerBackend): Promise<string | undefined> {
  const before = tf.getBackend();
  try {
    if (backend === 'wasm') await registerWasm();
    if (await tf.setBackend(backend)) return undefined;
  } catch (error) {
    if (before) tf.setBackend(before);
    return String(error).split('\n')[0] ?? 'unknown';
  }
  if (before) tf.setBackend(before);
  return 'it did not start';
}

/** Outside a browser the backend must be given the folder of its .wasm files. */
async function registerWasm(): Promise<void> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder = wasmFolder();
  if (folder !== undefined) wasm.setWasmPaths(folder);
  borrowKernels('wasm', 'cpu');
}
