// The folder of the .wasm files of TensorFlow.js's backend, in Node.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The folder, with a slash at its end. @throws Error if the backend is not installed */
export const wasmFolder = (): string | undefined =>
  `${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`;
