// Counts each test's calls of the backend, by wrapping every registered kernel.
import { runCounter } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import type { Observation } from './observation.ts';

type Counts = Pick<Observation, 'kernels' | 'foreignKernels' | 'nodes' | 'refused'>;

let kernels = 0;
let foreignKernels = 0;
let nodesBefore = 0;
let refused = new Set<string>();

/** The counts since the last call. */
export function countsOfTest(): Counts {
  const counts = { kernels, foreignKernels, nodes: runCounter.nodes - nodesBefore, refused: [...refused] };
  [kernels, foreignKernels, nodesBefore] = [0, 0, runCounter.nodes];
  refused = new Set();
  return counts;
}

/** Types that ONNX graphs cannot hold; a test that hands one to a kernel is about that type. */
const OUTSIDE = new Set(['complex64', 'string']);

/** Counts every kernel of a backend, and notes those that it refuses. */
export function countKernels(backendName: string, isUnderTest: boolean): void {
  for (const config of tf.getKernelsForBackend(backendName)) {
    tf.unregisterKernel(config.kernelName, backendName);
    tf.registerKernel({
      ...config,
      kernelFunc: (call) => {
        if (isUnderTest) kernels++;
        else foreignKernels++;
        for (const info of Object.values(call.inputs)) if (info && OUTSIDE.has(info.dtype)) refused.add(info.dtype);
        try {
          return config.kernelFunc(call);
        } catch (error) {
          const outside = /got kernel '(\w+)'|int32 or bool, got (\w+)|fill with a (string)/.exec(String(error));
          if (outside) refused.add(outside.slice(1).find((found) => found !== undefined)!);
          throw error;
        }
      },
    });
  }
}
