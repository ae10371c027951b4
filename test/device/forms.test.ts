// Graphs in their form for devices compute the same values as before: on processors, so that no device is needed.
import {
  chainGraphs,
  dispatchCount,
  Executable,
  forDevice,
  type Graph,
  packOutputs,
  packVariables,
  type Traceable,
  traceGraph,
} from '@flowvae/compiler';
import { elementCount, type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../packages/compiler/src/graph/graph.ts';
import { GraphBuilder } from '../../packages/compiler/src/graph/graph-builder.ts';
import { isMissing, opensOnDeviceAlone, without } from './card.ts';

type Values = Readonly<Record<string, Float32Array>>;

/** The outputs of a graph on processors. */
async function outputsOf(graph: Graph, values: Values): Promise<Values> {
  const executable = await Executable.create(graph, { threads: 1 });
  try {
    return await executable.run(values);
  } finally {
    await executable.dispose();
  }
}

const SPECIAL = [
  0,
  -0,
  0.5,
  1.5,
  2.5,
  -0.5,
  -1.5,
  -2.5,
  1e-40,
  3.4,
  -7.9,
  8_388_607.5,
  1e9,
  8_388_609,
  -8_388_609,
  16_777_215,
  0.499_999_97,
  Infinity,
  -Infinity,
  Number.NaN,
];

describe('an operator that devices lack', () => {
  const unary = (operator: string, type: 'float32' | 'bool' = 'float32'): Graph => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [SPECIAL.length], 'float32');
    const y = builder.node(operator, [x], { shape: x.shape, type });
    const number =
      type === 'bool' ? builder.node('Cast', [y], { shape: x.shape, type: 'float32', attributes: { to: 1 } }) : y;
    return builder.graph([{ name: 'y', value: number }]);
  };

  it.each(['Round', 'IsNaN', 'IsInf', 'Sign'])('%s has the same values', async (operator) => {
    const graph = unary(operator, ['IsNaN', 'IsInf'].includes(operator) ? 'bool' : 'float32');
    const form = forDevice(graph);
    expect(form.nodes.map((node) => node.operator)).not.toContain(operator);
    const x = Float32Array.from(
      operator === 'Sign' ? SPECIAL.filter((value) => !Number.isNaN(value)).concat(0) : SPECIAL,
    );
    const [before, after] = [await outputsOf(graph, { x }), await outputsOf(form, { x })];
    expect([...after.y!].map((value) => value + 0)).toEqual([...before.y!].map((value) => value + 0));
  });

  it.skipIf(isMissing).each(['IsNaN', 'IsInf', 'Round', 'Sign', 'Or', 'Xor'])(
    `%s needs its form${without}`,
    async (operator) => {
      const builder = new GraphBuilder();
      const operands = ['a', 'b'].map((name) => builder.input(name, [4], 'float32'));
      const isLogical = ['Or', 'Xor'].includes(operator);
      const truth = (x: Value) => builder.node('Cast', [x], { shape: [4], type: 'bool', attributes: { to: 9 } });
      const given = isLogical ? operands.map(truth) : operands.slice(0, 1);
      const type = ['Round', 'Sign'].includes(operator) ? 'float32' : 'bool';
      const graph = builder.graph([{ name: 'y', value: builder.node(operator, given, { shape: [4], type }) }]);
      await expect(opensOnDeviceAlone(graph)).rejects.toThrow();
      await opensOnDeviceAlone(forDevice(graph));
    },
  );

  it.each(['Or', 'Xor'])('%s has the same table', async (operator) => {
    const builder = new GraphBuilder();
    const [a, b] = ['a', 'b'].map((name) => builder.input(name, [4], 'float32'));
    const truths = [a!, b!].map((x) => builder.node('Cast', [x], { shape: [4], type: 'bool', attributes: { to: 9 } }));
    const both = builder.node(operator, truths, { shape: [4], type: 'bool' });
    const y = builder.node('Cast', [both], { shape: [4], type: 'float32', attributes: { to: 1 } });
    const graph = builder.graph([{ name: 'y', value: y }]);
    const values = { a: Float32Array.of(0, 0, 1, 1), b: Float32Array.of(0, 1, 0, 1) };
    const form = forDevice(graph);
    expect(form.nodes.map((node) => node.operator)).not.toContain(operator);
    expect((await outputsOf(form, values)).y).toEqual((await outputsOf(graph, values)).y);
  });
});

describe('wide nodes', () => {
  it.each([1, 2, 7, 8, 13, 49, 50, 57, 343, 350])(
    'of %i parts become trees of at most seven, with the same values',
    async (parts) => {
      const sizes = Array.from({ length: parts }, (_, i) => 1 + (i % 3));
      const width = sizes.reduce((a, b) => a + b);
      const mirrored: Traceable = ({ x }) => ({
        y: tf.concat((tf.split(x!, sizes, 1) as Tensor[]).map((piece, i) => tf.mul(piece, i + 1)).toReversed(), 1),
      });
      const x = Float32Array.from({ length: 2 * width }, (_, i) => i);
      const [plain, form] = [
        traceGraph(mirrored, { x: [2, width] }),
        traceGraph(mirrored, { x: [2, width] }, { isForDevice: true }),
      ];
      const widths = form.nodes.flatMap(({ operator, inputs, outputs }) =>
        operator === 'Split' ? [outputs.length] : operator === 'Concat' ? [inputs.length] : [],
      );
      expect(Math.max(0, ...widths)).toBeLessThanOrEqual(7);
      expect((await outputsOf(form, { x })).y).toEqual((await outputsOf(plain, { x })).y);
    },
  );
});

describe('flat values', () => {
  const a = tf.tidy(() =>
    tf.variable(
      tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  );
  const b = tf.tidy(() => tf.variable(tf.tensor1d([7, 8])));
  const unused = tf.tidy(() => tf.variable(tf.tensor1d([9])));
  const variables = { a, unused, b };
  const parts = Object.entries(variables).map(([name, { size }]) => ({ name, size }));
  const graph = traceGraph(
    ({ x }) => ({ 'd:b': tf.add(b, tf.sum(x!)), 'd:a': tf.mul(tf.matMul(x!, a), 2), loss: tf.sum(a) }),
    { x: [2, 2] },
    { variables },
  );
  const given = { x: Float32Array.of(1, 0, 0, 1), all: Float32Array.of(1, 2, 3, 4, 5, 6, 9, 7, 8) };
  const outputs = parts.map(({ name, size }) => ({ name: `d:${name}`, size }));

  it('are the variables one after the other, and outputs likewise, zeros for one that there is not', async () => {
    const flat = packOutputs(packVariables(graph, parts, 'all'), outputs, 'changes');
    expect(flat.variables).toEqual([]);
    const { changes, loss } = await outputsOf(flat, given);
    expect([...changes!]).toEqual([2, 4, 6, 8, 10, 12, 0, 9, 10]);
    expect([...loss!]).toEqual([21]);
  });

  it('go on into a second graph under their names', async () => {
    const flat = packOutputs(packVariables(graph, parts, 'all'), outputs, 'changes');
    const update = traceGraph(
      ({ all, changes, rate }) => ({ all: tf.sub(all!, tf.mul(rate!, changes!)), moved: tf.sum(changes!) }),
      { all: [9], changes: [9], rate: [] },
    );
    const whole = chainGraphs(flat, update);
    expect(whole.inputs.map(({ name }) => name)).toEqual(['all', 'x', 'rate']);
    expect(whole.outputs.map(({ name }) => name)).toEqual(['loss', 'changes', 'all', 'moved']);
    const { all, moved } = await outputsOf(whole, { ...given, rate: Float32Array.of(0.5) });
    expect([...all!]).toEqual([0, 0, 0, 0, 0, 0, 9, 2.5, 3]);
    expect([...moved!]).toEqual([61]);
  });
});

it('dispatchCount leaves out reshapes, which move nothing', () => {
  const graph = traceGraph(({ x }) => ({ y: tf.reshape(tf.exp(tf.reshape(x!, [6])), [3, 2]) }), { x: [2, 3] });
  expect(dispatchCount(graph)).toBe(1);
  expect(elementCount(graph.outputs[0]!.value.shape)).toBe(6);
});
