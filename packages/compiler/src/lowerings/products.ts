// Matrix products. tfjs sends every 2-D product as a batch of one, which becomes a plain Gemm.
import { elementCount, tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { activated } from './activations.ts';
import { converted, type Lowering, type Lowerings, pairwise, required, reshaped, transposed } from './lowering.ts';

interface Transposition {
  readonly transA: boolean;
  readonly transB: boolean;
}

function productShape(a: Value, b: Value, { transA, transB }: Transposition) {
  const [innerA, innerB] = [a.shape.at(transA ? -2 : -1), b.shape.at(transB ? -1 : -2)];
  if (innerA !== innerB) throw new TypeError(`inner sizes ${innerA} and ${innerB} of [${a.shape}] and [${b.shape}]`);
  const [rows, columns] = [a.shape.at(transA ? -1 : -2)!, b.shape.at(transB ? -2 : -1)!];
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = tf.backend_util.assertAndGetBroadcastShape(batchA, batchB);
  return { rows, columns, batchA, batchB, shape: [...batch, rows, columns] };
}

/** a·b, plus a bias along the last axis if given. */
export function product(builder: GraphBuilder, a: Value, b: Value, transposition: Transposition, bias?: Value): Value {
  const { rows, columns, batchA, batchB, shape } = productShape(a, b, transposition);
  const { transA, transB } = transposition;
  const attributes = { transA: Number(transA), transB: Number(transB) };
  const added = (x: Value) => (bias ? pairwise(builder, 'Add', x, bias) : x);
  if (elementCount(batchA) === 1 && elementCount(batchB) === 1) {
    const matrices = [a, b].map((x) => reshaped(builder, x, x.shape.slice(-2)));
    const operands = bias?.shape.length === 1 ? [...matrices, bias] : matrices; // Gemm adds a vector by itself
    const matrix = builder.node('Gemm', operands, { shape: [rows, columns], type: 'float32', attributes });
    return operands.length === 3 ? reshaped(builder, matrix, shape) : added(reshaped(builder, matrix, shape));
  }
  if (builder.isForDevice) {
    // ONNX Runtime's own operator has no kernel there
    const operands = [turned(builder, a, transA), turned(builder, b, transB)];
    return added(builder.node('MatMul', operands, { shape, type: 'float32' }));
  }
  // Plain MatMul knows no transposition; ONNX Runtime's own operator does, without moving memory.
  return added(builder.node('FusedMatMul', [a, b], { shape, type: 'float32', attributes, domain: 'com.microsoft' }));
}

/** Products of integers are integers; ONNX has them too, but without transposition. */
const batchMatMul: Lowering<tfjs.BatchMatMulAttrs> = (builder, inputs, { transposeA, transposeB }) => {
  const [a, b] = [required(inputs, 'a'), required(inputs, 'b')];
  const transposition = { transA: transposeA, transB: transposeB };
  if (a.type === 'float32') return product(builder, a, converted(builder, b, 'float32'), transposition);
  const { shape } = productShape(a, b, transposition);
  const operands = [turned(builder, a, transposeA), turned(builder, b, transposeB)];
  const integers = operands.map((operand) => converted(builder, operand, 'int32'));
  return converted(builder, builder.node('MatMul', integers, { shape, type: 'int32' }), a.type);
};

function turned(builder: GraphBuilder, x: Value, turn: boolean): Value {
  if (!turn) return x;
  const last = x.shape.length - 1;
  return transposed(
    builder,
    x,
    x.shape.map((_, axis) => (axis < last - 1 ? axis : last + last - 1 - axis)),
  );
}

const fusedMatMul: Lowering<tfjs._FusedMatMulAttrs> = (builder, inputs, attributes) => {
  const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
  const transposition = { transA: transposeA, transB: transposeB };
  const biased = product(builder, required(inputs, 'a'), required(inputs, 'b'), transposition, inputs.bias);
  return activated(builder, biased, { activation, leakyreluAlpha, slopes: inputs.preluActivationWeights });
};

export const products = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul } satisfies Lowerings;
