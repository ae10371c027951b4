// The rewrites of exported graphs: the same bits in ONNX Runtime before and after each, and no form that some runtime
// does not read.
import { compile, type ExportShapes, type Traceable } from '@flowvae/compiler';
import { type Tensor, tf } from '@flowvae/tensor';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { portableRewrites } from '../../../packages/compiler/src/export/portable.ts';
import { traceModel } from '../../../packages/compiler/src/export/trace-model.ts';
import type { Graph } from '../../../packages/compiler/src/graph/graph.ts';
import { encodeModel } from '../../../packages/compiler/src/graph/onnx-model.ts';
import { removeDeadNodes } from '../../../packages/compiler/src/passes/dead-nodes.ts';
import { exportedCases, waves } from './exported-cases.ts';
import { portabilityFaults } from './portability.ts';
import { type Feeds, runNative } from './runtimes.ts';

interface Row {
  readonly name: string;
  readonly shapes: ExportShapes;
  readonly fn: Traceable;
}

/** Numbers that comparisons could tell apart wrongly. */
const special = [0, -0, 1, -1, 1e-45, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

const rows: readonly Row[] = [
  ...exportedCases,
  {
    name: 'every comparison of every two special numbers',
    shapes: { x: ['batch', 8] },
    fn: ({ x }) => {
      const column = tf.tensor2d(special, [8, 1]);
      const every = (compare: (a: Tensor, b: Tensor) => Tensor) => compare(tf.expandDims(x!, 1), column);
      return {
        greater: every(tf.greater),
        greaterEqual: every(tf.greaterEqual),
        less: every(tf.less),
        lessEqual: every(tf.lessEqual),
        isNaN: tf.isNaN(x!),
      };
    },
  },
  {
    name: 'comparisons of whole numbers',
    shapes: { x: ['batch', 4] },
    fn: ({ x }) => {
      const whole = tf.cast(x!, 'int32');
      return { greaterEqual: tf.greaterEqual(whole, tf.scalar(0, 'int32')), least: tf.lessEqual(whole, tf.min(whole)) };
    },
  },
  {
    name: 'products of transposed matrices that are read elsewhere too',
    shapes: { x: ['batch', 4], w: [4, 5] },
    fn: ({ x, w }) => {
      const turned = tf.transpose(w!);
      const product = tf.matMul(x as Tensor, turned, false, true);
      return {
        product,
        again: tf.matMul(turned, w as Tensor),
        both: tf.matMul(product, x as Tensor, true, false),
        turned,
        next: tf.neg(turned),
      };
    },
  },
];

const feedsAt = (shapes: ExportShapes, size: number): Feeds =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, axes], k) => {
      const shape = axes.map((axis) => (typeof axis === 'string' ? size : axis));
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { data: waves(length, k + 2).map((wave, i) => (i < 8 ? special[i]! : wave)), shape }];
    }),
  );

describe.each(Object.entries(portableRewrites))('%s', (_, rewrite) => {
  it('leaves every bit of the results in ONNX Runtime, NaN and infinities included', async () => {
    const changed: string[] = [];
    for (const { name, fn, shapes } of rows) {
      const { graph, dimensions } = traceModel({ fn, variables: {} }, shapes);
      const bytesOf = (encoded: Graph) => encodeModel(encoded, { dimensions });
      const rewritten = removeDeadNodes(rewrite(graph));
      if (sequence(graph) !== sequence(rewritten)) changed.push(name);
      for (const size of [1, 7]) {
        const feeds = feedsAt(shapes, size);
        const [before, after] = [await runNative(bytesOf(graph), feeds), await runNative(bytesOf(rewritten), feeds)];
        expect([name, size, after]).toEqual([name, size, before]);
      }
    }
    expect(changed).not.toEqual([]);
  });
});

const sequence = ({ nodes }: Graph) => nodes.map(({ operator, domain }) => `${domain}${operator}`).join();

describe('an exported file', () => {
  it.each(rows.map((row) => [row.name, row] as const))(
    'has no form that some runtime does not read: %s',
    async (_, row) => {
      expect(portabilityFaults(await compile(row.fn).toOnnx(row.shapes))).toEqual([]);
    },
  );

  it('computes nothing from shapes that follow from the other sizes', async () => {
    const bytes = await compile(({ x }) => {
      const [left] = tf.split(tf.reshape(x!, [-1, 3, 4]), 2, 2);
      return { y: tf.slice(left!, [0, 1, 0], [-1, 2, 2]), z: tf.reshape(left!, [-1]) };
    }).toOnnx({ x: ['batch', 12] });
    const operators = onnxProto.onnx.ModelProto.decode(bytes).graph!.node!.map(({ opType }) => opType);
    expect(operators).toEqual(['Reshape', 'Split', 'Slice', 'Reshape']);
  });
});

describe('portabilityFaults', () => {
  const { ModelProto } = onnxProto.onnx;
  const model = (node: onnxProto.onnx.INodeProto[], more: Partial<onnxProto.onnx.IGraphProto> = {}) =>
    ModelProto.encode({ opsetImport: [{ domain: '', version: 17 }], graph: { node, ...more } }).finish();
  const node = (opType: string, input: string[], output = 'y', more: onnxProto.onnx.INodeProto = {}) => ({
    ...more,
    name: opType,
    opType,
    input,
    output: [output],
  });
  it.each<[string, Uint8Array, string[]]>([
    ['an operator of 2020', model([node('GreaterOrEqual', ['a', 'b'])]), ['GreaterOrEqual: GreaterOrEqual']],
    [
      'bounds of a shape',
      model([node('Shape', ['a'], 'y', { attribute: [{ name: 'start', i: 0 }] })]),
      ['Shape: Shape with attributes'],
    ],
    ['a product alone', model([node('Gemm', ['a', 'b'])]), ['Gemm: Gemm without C']],
    [
      'a number of 53 bits',
      model([], {
        initializer: [{ name: 'ends', dataType: 7, rawData: new Uint8Array(BigInt64Array.of(-(2n ** 53n)).buffer) }],
      }),
      ['ends: beyond int32'],
    ],
    [
      'a transposition for two',
      model([node('Transpose', ['a'], 't'), node('MatMul', ['t', 'b']), node('Neg', ['t'], 'n')]),
      ['t: a transposed operand that is read elsewhere'],
    ],
    [
      'lists as proto3 has them',
      model([node('Transpose', ['a'], 't', { attribute: [{ name: 'perm', ints: [1, 0] }] })], {
        initializer: [{ name: 'w', dims: [2, 3], dataType: 1 }],
      }),
      ['TensorProto.dims: packed', 'AttributeProto.ints: packed'],
    ],
    [
      'operators of one runtime',
      ModelProto.encode({ opsetImport: [{ domain: 'com.microsoft', version: 1 }], graph: {} }).finish(),
      ['operators of com.microsoft'],
    ],
  ])('sees %s', (_, bytes, faults) => expect(portabilityFaults(bytes)).toEqual(faults));
});
