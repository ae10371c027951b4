// The door to ONNX Runtime for work that cannot go on without it.

import { ExpectationError } from '@flowvae/tensor';
import { loadRuntime } from '#runtime';
import type { Runtime } from './runtime.ts';

/** The runtime. @throws ExpectationError if it cannot be loaded; `place` is the caller's work, in the error */
export async function requiredRuntime(place: string, isOnDevice = false): Promise<Runtime> {
  const runtime = await loadRuntime(isOnDevice);
  if (typeof runtime !== 'string') return runtime;
  throw new ExpectationError({
    where: `${place}: ONNX Runtime`,
    expected: 'onnxruntime-node with a native library for this platform, or onnxruntime-web in a page',
    received: runtime,
    remedy: "use engine 'eager'",
  });
}
