// Graphs with transposes beside products: each is one that ONNX Runtime's optimisers would fuse.
import type { Traceable } from '@flowvae/compiler';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';

interface FusedGraph {
  readonly fn: Traceable;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /**
   * Whether a session with ONNX Runtime's defaults loses an output, and so may end the process: it is of a node that
   * the fusion takes out.
   */
  readonly losesOutput: boolean;
}

const turned = (x: Tensor) => tf.transpose(x, x.shape.length === 2 ? [1, 0] : [0, 2, 1]);
const matrices = { a: [4, 4], b: [4, 4] };
const batches = { a: [2, 4, 4], b: [2, 4, 4] };

export const fusedGraphs: Readonly<Record<string, FusedGraph>> = {
  'Gemm behind a Transpose': {
    fn: ({ a, b }) => ({ y: tf.matMul(turned(a!), b!) }),
    shapes: matrices,
    losesOutput: false,
  },
  'Gemm between two Transposes, an output': {
    fn({ a, b }) {
      const product = tf.matMul(turned(a!), b!);
      return { product, y: turned(product) };
    },
    shapes: matrices,
    losesOutput: true,
  },
  'Gemm of two Transposes, the second an output': {
    fn({ a, b }) {
      const t = turned(b!);
      return { t, y: tf.matMul(turned(a!), t) };
    },
    shapes: matrices,
    losesOutput: true,
  },
  'Gemm of two Transposes, the first an output': {
    fn({ a, b }) {
      const t = turned(b!);
      return { t, y: tf.matMul(t, turned(a!)) };
    },
    shapes: matrices,
    losesOutput: true,
  },
  'Gemm with a bias, of two Transposes, the second an output': {
    fn({ a, b, c }) {
      const t = turned(b!);
      return { t, y: tf.add(tf.matMul(turned(a!) as Tensor2D, t as Tensor2D), c!) };
    },
    shapes: { ...matrices, c: [4] },
    losesOutput: true,
  },
  'Gemm with a bias, of two Transposes, whose source is an output': {
    fn({ a, b, c }) {
      const source = tf.matMul(a!, b!);
      return { source, y: tf.add(tf.matMul(turned(tf.atan(a!)) as Tensor2D, turned(source) as Tensor2D), c!) };
    },
    shapes: { ...matrices, c: [4, 4] },
    losesOutput: true,
  },
  'products of a batch behind a Transpose': {
    fn: ({ a, b }) => ({ y: tf.matMul(turned(a!), b!) }),
    shapes: batches,
    losesOutput: false,
  },
  'products of a batch behind a Transpose and a Cast, an output': {
    fn({ a, b }) {
      const cast = tf.cast(turned(tf.cast(a!, 'int32')), 'float32');
      return { cast, y: tf.matMul(cast, b!) };
    },
    shapes: batches,
    losesOutput: true,
  },
};
