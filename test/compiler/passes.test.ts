// Each pass: equal results, the nodes that it removes, and the graphs that it must leave alone.
import type { Arrays, Graph, Traceable } from '@flowvae/compiler';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseBias } from '../../packages/compiler/src/passes/bias.ts';
import { shareCommonSubexpressions } from '../../packages/compiler/src/passes/common-subexpressions.ts';
import { removeDeadNodes } from '../../packages/compiler/src/passes/dead-nodes.ts';
import { optimise, passNames } from '../../packages/compiler/src/passes/optimise.ts';
import { foldReshapes } from '../../packages/compiler/src/passes/reshapes.ts';
import { Executable } from '../../packages/compiler/src/sessions/executable.ts';
import { trace } from '../../packages/compiler/src/tracing/trace.ts';

const count = (graph: Graph, operator: string) => graph.nodes.filter((node) => node.operator === operator).length;
const arraysFor = (graph: Graph): Arrays =>
  Object.fromEntries(
    graph.inputs.map(({ name, value }, k) => {
      const size = value.shape.reduce((a, b) => a * b, 1);
      return [name, Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + k) * 1.5)];
    }),
  );

async function results(graph: Graph): Promise<Record<string, number[]>> {
  const executable = await Executable.create(graph, { threads: 1 });
  const outputs = await executable.run(arraysFor(graph));
  await executable.dispose();
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, Array.from(values)]));
}

/** Traces, applies a pass, and requires equal results. */
async function rewritten(pass: (graph: Graph) => Graph, fn: Traceable, shapes = { x: [3, 2], w: [2, 4], b: [4] }) {
  const before = trace(fn, shapes);
  const after = pass(before);
  expect(await results(after)).toEqual(await results(before));
  return { before, after };
}

const matMul = (x: Tensor, w: Tensor) => tf.matMul(x as Tensor2D, w as Tensor2D);

describe('foldReshapes', () => {
  it('drops identities and reshapes to the same shape, and shortens reshapes of reshapes', async () => {
    const { after } = await rewritten(foldReshapes, ({ x }) => ({
      y: tf.neg(tf.reshape(tf.reshape(tf.clone(x!), [6]), [3, 2])),
      z: tf.reshape(tf.reshape(x!, [6]), [2, 3]),
    }));
    expect(count(after, 'Identity')).toBe(0);
    expect(count(removeDeadNodes(after), 'Reshape')).toBe(1);
  });

  it('keeps a reshape that changes the shape', async () => {
    const { after } = await rewritten(foldReshapes, ({ x }) => ({ y: tf.neg(tf.reshape(x!, [2, 3])) }));
    expect(count(after, 'Reshape')).toBe(1);
  });

  it('keeps an output that is an input behind a clone', async () => {
    const { after } = await rewritten(foldReshapes, ({ x }) => ({ y: tf.clone(x!), z: tf.reshape(x!, [3, 2]) }));
    expect(after.nodes).toEqual([]);
  });
});

describe('shareCommonSubexpressions', () => {
  it('computes equal things once', async () => {
    const { before, after } = await rewritten(shareCommonSubexpressions, ({ x }) => ({
      y: tf.add(tf.tanh(x!), 1),
      z: tf.mul(tf.tanh(x!), tf.tanh(x!)),
    }));
    expect([count(before, 'Tanh'), count(after, 'Tanh')]).toEqual([3, 1]);
  });

  it('keeps nodes apart that differ in attributes, inputs, order or constants', async () => {
    const fn: Traceable = ({ x }) => ({
      ya: tf.sum(x!, 0),
      yb: tf.sum(x!, 1),
      yc: tf.prod(x!, 0),
      yd: tf.prod(x!, 1),
      ye: tf.leakyRelu(x!, 0.1),
      yf: tf.leakyRelu(x!, 0.2),
      yg: tf.sub(x!, 2),
      yh: tf.sub(2, x!),
      yi: tf.sub(x!, 3),
      yj: tf.add(x!, tf.scalar(0)),
      yk: tf.add(x!, tf.scalar(-0)),
      yl: tf.softmax(x!, 1),
    });
    const { before, after } = await rewritten(shareCommonSubexpressions, fn);
    expect(after.nodes.length).toBe(before.nodes.length);
  });

  it('shares all results of a split', async () => {
    const { after } = await rewritten(shareCommonSubexpressions, ({ x }) => {
      const [a, b] = [tf.split(x!, 2, 1), tf.split(x!, 2, 1)];
      return { y: tf.sub(a[0]!, b[1]!), z: tf.sub(b[0]!, a[1]!) };
    });
    expect([count(after, 'Split'), count(after, 'Sub')]).toEqual([1, 1]);
  });
});

describe('fuseBias', () => {
  const biased = (graph: Graph) =>
    graph.nodes.filter(({ operator, inputs }) => operator === 'Gemm' && inputs.length === 3).length;
  const pass = (graph: Graph) => removeDeadNodes(fuseBias(foldReshapes(graph)));

  it('lets Gemm add its bias', async () => {
    const { after } = await rewritten(pass, ({ x, w, b }) => ({ y: tf.add(matMul(x!, w!), b!) }));
    expect(after.nodes.map(({ operator }) => operator)).toEqual(['Gemm']);
    expect(biased(after)).toBe(1);
  });

  const leftAlone: readonly [string, Traceable][] = [
    [
      'the product is used twice',
      ({ x, w, b }) => ({
        y: tf.mul(tf.add(matMul(x!, w!), b!), matMul(x!, w!)),
        z: tf.relu(tf.add(matMul(x!, w!), 1)),
      }),
    ],
    [
      'the product is an output',
      ({ x, w, b }) => {
        const product = matMul(x!, w!);
        return { product, y: tf.add(product, b!) };
      },
    ],
    ['the other term is a matrix', ({ x, w }) => ({ y: tf.add(matMul(x!, w!), tf.ones([3, 4])) })],
    ['the other term is a column', ({ x, w }) => ({ y: tf.add(matMul(x!, w!), tf.ones([3, 1])) })],
    ['the sum has a higher rank', ({ x, w }) => ({ y: tf.add(matMul(x!, w!), tf.ones([2, 3, 4])) })],
    [
      'it is added to itself',
      ({ x, w }) => {
        const product = matMul(x!, w!);
        return { y: tf.add(product, product) };
      },
    ],
    ['the term is scalar', ({ x, w }) => ({ y: tf.add(matMul(x!, w!), 2) })],
  ];
  it.each(leftAlone)('leaves it alone where %s', async (_, fn) => {
    const { after } = await rewritten((graph) => pass(shareCommonSubexpressions(foldReshapes(graph))), fn);
    expect(biased(after)).toBe(0);
  });
});

describe('removeDeadNodes', () => {
  it('drops nodes and constants that no output needs, and keeps the others', async () => {
    const { before, after } = await rewritten(removeDeadNodes, ({ x }) => {
      tf.mul(tf.exp(x!), tf.tensor1d([5, 6]));
      return { y: tf.add(tf.neg(x!), tf.tensor1d([1, 2])) };
    });
    expect([before.nodes.length, before.constants.length]).toEqual([4, 2]);
    expect([after.nodes.length, after.constants.length]).toEqual([2, 1]);
  });

  it('keeps a node of which one result of several is needed', async () => {
    const { after } = await rewritten(removeDeadNodes, ({ x }) => ({ y: tf.split(x!, 2, 1)[1]! }));
    expect(count(after, 'Split')).toBe(1);
  });
});

describe('all passes together', () => {
  /** Something for each of them. */
  const everything: Traceable = ({ x, w, b }) => {
    const [left, right] = tf.split(tf.concat([x!, tf.neg(x!)], 1), 2, 1) as [Tensor, Tensor];
    const twice = tf.mul(tf.tanh(left), tf.tanh(tf.clone(right)));
    tf.exp(twice); // dead
    const product = tf.add(matMul(tf.sub(twice, tf.add(tf.ones([2]), 3)), w!), b!);
    return { y: tf.sub(tf.mul(product, tf.sin(product)), tf.sin(product)) };
  };

  it.each(passNames)('need not %s, but more nodes without', async (name) => {
    const { before, after } = await rewritten((graph) => optimise(graph, [name]), everything);
    expect(after.nodes.length).toBeGreaterThan(optimise(before).nodes.length);
  });

  it('can all be left out', () => {
    const graph = trace(everything, { x: [3, 2], w: [2, 4], b: [4] });
    expect(optimise(graph, passNames)).toEqual(graph);
  });

  const steps: readonly ((stack: Tensor[]) => Tensor)[] = [
    (s) => tf.tanh(s.at(-1)!),
    (s) => tf.clone(s.at(-1)!),
    (s) => tf.add(s.at(-1)!, s[0]!),
    (s) => tf.mul(s.at(-1)!, s.at(-2) ?? s[0]!),
    (s) => tf.reshape(tf.reshape(s.at(-1)!, [9]), [3, 3]),
    (s) => tf.transpose(tf.transpose(s.at(-1)!)),
    (s) => tf.add(matMul(s.at(-1)!, s[0]!), tf.tensor1d([1, 2, 3])),
    (s) => tf.sub(tf.softplus(s.at(-1)!), 1),
    (s) => tf.reshape(tf.concat(tf.split(s.at(-1)!, 3, 1), 1), [3, 3]),
    (s) => s[0]!,
  ];

  it('compute the same as the traced graph, for any chain of operations and its gradient', async () => {
    const chain = fc.array(fc.nat(steps.length - 1), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chain, async (chosen) => {
        const value = (x: Tensor) =>
          chosen.reduce<Tensor[]>((stack, step) => stack.concat(tf.tanh(steps[step]!(stack))), [x]).at(-1)!;
        const graph = trace(({ x }) => ({ y: value(x!), gradient: tf.grad(value)(x!) }), { x: [3, 3] });
        const optimised = optimise(graph);
        expect(optimised.nodes.length).toBeLessThanOrEqual(graph.nodes.length);
        const [fast, plain] = [await results(optimised), await results(graph)];
        for (const [name, values] of Object.entries(plain))
          for (const [i, number] of values.entries()) expect(fast[name]![i]).toBeCloseTo(number, 5);
      }),
      { numRuns: 40 },
    );
  });
});
