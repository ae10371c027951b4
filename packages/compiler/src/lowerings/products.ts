// Matrix products. A batch of one, which is how tfjs sends every 2-D product, becomes a plain Gemm.
import { type _FusedMatMulAttrs, type BatchMatMulAttrs, elementCount, tf } from '@flowvae/tensor';
import type { Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { activated } from './activations.ts';
import { type Lowering, type Lowerings, pairwise, required, reshaped } from './lowering.ts';

interface Transposition {
  readonly transA: boolean;
  readonly transB: boolean;
}

/** a·b, plus a bias along the last axis where one is given. */
function product(builder: GraphBuilder, a: Value, b: Value, { transA, transB }: Transposition, bias?: Value): Value {
  const rows = a.shape.at(transA ? -1 : -2)!;
  const columns = b.shape.at(transB ? -2 : -1)!;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const shape = [...tf.backend_util.assertAndGetBroadcastShape(batchA, batchB), rows, columns];
  const attributes = { transA: Number(transA), transB: Number(transB) };
  const added = (x: Value) => (bias ? pairwise(builder, 'Add', x, bias) : x);
  if (elementCount(batchA) === 1 && elementCount(batchB) === 1) {
    const matrices = [a, b].map((x) => reshaped(builder, x, x.shape.slice(-2)));
    const operands = bias?.shape.length === 1 ? [...matrices, bias] : matrices; // Gemm adds a vector by itself
    const matrix = builder.node('Gemm', operands, { shape: [rows, columns], type: 'float32', attributes });
    return operands.length === 3 ? reshaped(builder, matrix, shape) : added(reshaped(builder, matrix, shape));
  }
  // Plain MatMul knows no transposition; ONNX Runtime's own operator does, without moving memory.
  return added(builder.node('FusedMatMul', [a, b], { shape, type: 'float32', attributes, domain: 'com.microsoft' }));
}

const batchMatMul: Lowering<BatchMatMulAttrs> = (builder, inputs, { transposeA, transposeB }) =>
  product(builder, required(inputs, 'a'), required(inputs, 'b'), { transA: transposeA, transB: transposeB });

const fusedMatMul: Lowering<_FusedMatMulAttrs> = (builder, inputs, attributes) => {
  const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
  const transposition = { transA: transposeA, transB: transposeB };
  const biased = product(builder, required(inputs, 'a'), required(inputs, 'b'), transposition, inputs.bias);
  return activated(builder, biased, { activation, leakyreluAlpha, slopes: inputs.preluActivationWeights });
};

export const products = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul } satisfies Lowerings;
