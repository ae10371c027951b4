// The identity map as a flow, right or with chosen faults, for the checker's tests.
import type { Flow, InvertibleFlow } from '@flowvae/flows';
import { type Tensor, type Tensor1D, tf } from '@flowvae/tensor';

type Result = ReturnType<Flow['forward']>;

/** y = z with log-det 0, and a parameter b [1] that it does not use; some of its results may be changed. */
export const identity = (
  dim: number,
  change: (result: Result, b: Tensor) => Partial<Result> = () => ({}),
): InvertibleFlow => ({
  name: 'identity',
  dim,
  paramShapes: { b: [1] },
  initialParams: () => ({ b: new Float32Array(1) }),
  forward: ({ b }, z) => {
    const result = { y: tf.clone(z), logDet: tf.zeros([z.shape[0]]) as Tensor1D };
    return { ...result, ...change(result, b!) };
  },
  inverse: (_, y) => ({ z: tf.clone(y), logDet: tf.zeros([y.shape[0]]) as Tensor1D }),
});
