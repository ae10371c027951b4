// Matrix products. A batch of one, which is how tfjs sends every 2-D product, becomes a plain Gemm.
import { type BatchMatMulAttrs, type _FusedMatMulAttrs, tf } from '@flowvae/tensor';
import type { GraphBuilder } from '../graph-builder.ts';
import { elementCount, type Value } from '../graph.ts';
import { elementwise, type Lowering, type Lowerings, pairwise, required, reshaped } from './lowering.ts';

function product(builder: GraphBuilder, a: Value, b: Value, transA: boolean, transB: boolean): Value {
  const rows = a.shape.at(transA ? -1 : -2)!;
  const columns = b.shape.at(transB ? -2 : -1)!;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const shape = [...tf.backend_util.assertAndGetBroadcastShape(batchA, batchB), rows, columns];
  const attributes = { transA: Number(transA), transB: Number(transB) };
  if (elementCount(batchA) === 1 && elementCount(batchB) === 1) {
    const matrices = [a, b].map((x) => reshaped(builder, x, x.shape.slice(-2)));
    return reshaped(builder, builder.node('Gemm', matrices, { shape: [rows, columns], type: 'float32', attributes }), shape);
  }
  // Plain MatMul knows no transposition; ONNX Runtime's own operator does, without moving memory.
  return builder.node('FusedMatMul', [a, b], { shape, type: 'float32', attributes, domain: 'com.microsoft' });
}

const batchMatMul: Lowering<BatchMatMulAttrs> = (builder, inputs, { transposeA, transposeB }) =>
  product(builder, required(inputs, 'a'), required(inputs, 'b'), transposeA, transposeB);

/** The activations that tfjs fuses into a product at inference. */
const activations: Readonly<Record<string, (builder: GraphBuilder, x: Value, leak: number) => Value>> = {
  linear: (_, x) => x,
  relu: (builder, x) => elementwise(builder, 'Relu', x),
  elu: (builder, x) => elementwise(builder, 'Elu', x),
  sigmoid: (builder, x) => elementwise(builder, 'Sigmoid', x),
  leakyrelu: (builder, x, leak) => elementwise(builder, 'LeakyRelu', x, { attributes: { alpha: { float: leak } } }),
};

const fusedMatMul: Lowering<_FusedMatMulAttrs> = (builder, inputs, attributes) => {
  const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
  const activate = activations[activation ?? 'linear'];
  if (!activate) throw new TypeError(`fused activation '${activation}': expected ${Object.keys(activations).join(', ')}`);
  const raw = product(builder, required(inputs, 'a'), required(inputs, 'b'), transposeA, transposeB);
  const biased = inputs.bias ? pairwise(builder, 'Add', raw, inputs.bias) : raw;
  return activate(builder, biased, leakyreluAlpha ?? 0.2);
};

export const products: Lowerings = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul };
