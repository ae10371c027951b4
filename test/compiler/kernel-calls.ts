// Proof that a backend did nothing: every one of its kernels counts its calls.
import { tf } from '@flowvae/tensor';

/** Counts kernel calls on a backend from now on, until it is asked. */
export function countCalls(backend: string): () => number {
  const kernels = tf.getKernelsForBackend(backend);
  let calls = 0;
  const register = (wrapped: boolean) => {
    for (const config of kernels) {
      const counting: typeof config.kernelFunc = (call) => {
        calls++;
        return config.kernelFunc(call);
      };
      tf.unregisterKernel(config.kernelName, backend);
      tf.registerKernel(wrapped ? { ...config, kernelFunc: counting } : config);
    }
  };
  register(true);
  return () => {
    register(false);
    return calls;
  };
}
