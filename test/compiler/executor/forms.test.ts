// Forms of operators that the compiler's own lowerings do not make, beside ONNX Runtime: graphs written by hand.
import { Executable, type Graph } from '@flowvae/compiler';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../../packages/compiler/src/executor/program.ts';
import type { Attribute, Constant, Value } from '../../../packages/compiler/src/graph/graph.ts';
import { executed } from './executed.ts';

const float = (...shape: number[]): Value => ({ shape, type: 'float32' });
const integers = (...list: number[]): Constant => ({
  value: { shape: [list.length], type: 'int64' },
  data: BigInt64Array.from(list, BigInt),
});
const ones = (...shape: number[]): Constant => ({
  value: float(...shape),
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
});

interface Form {
  readonly operator: string;
  readonly x: Value;
  readonly y: Value;
  readonly before?: readonly Constant[];
  readonly after?: readonly Constant[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A graph of one node that reads x between constants. */
const graphOf = ({ operator, x, y, before = [], after = [], attributes = {} }: Form): Graph => ({
  inputs: [{ name: 'x', value: x }],
  variables: [],
  constants: [...before, ...after],
  nodes: [
    {
      ...{ operator, domain: '', outputs: [y], attributes, origin: operator },
      inputs: [...before.map(({ value }) => value), x, ...after.map(({ value }) => value)],
    },
  ],
  outputs: [{ name: 'y', value: y }],
});

const slice = (y: Value, ...bounds: readonly [number[], number[], number[], number[]]): Form => ({
  ...{ operator: 'Slice', x: float(5, 4), y },
  after: bounds.map((list) => integers(...list)),
});

const forms: readonly (readonly [string, Form])[] = [
  ['a slice backwards over a whole axis', slice(float(5, 4), [-1], [-100], [0], [-1])],
  ['a slice backwards from beyond the end', slice(float(5, 2), [100], [-100], [1], [-2])],
  ['a slice from before the start', slice(float(5, 2), [-100], [100], [-1], [3])],
  ['a slice of two axes, one of them backwards', slice(float(3, 2), [3, 1], [0, 4], [0, 1], [-1, 2])],
  ['a slice without elements', slice(float(0, 4), [2], [2], [0], [1])],
  ['a sum over no named axis', { operator: 'ReduceSum', x: float(2, 3), y: float(1, 1), after: [integers()] }],
  ['a mean without axes', { operator: 'ReduceMean', x: float(2, 3), y: float(1, 1) }],
  [
    'a sum over axes in any order beside axes of one place',
    {
      ...{ operator: 'ReduceSum', x: float(2, 1, 4, 1, 3), y: float(4), after: [integers(-1, 0, 3, 1)] },
      attributes: { keepdims: 0 },
    },
  ],
  [
    'a row of ones times a matrix, doubled',
    {
      ...{ operator: 'Gemm', x: float(4, 6), y: float(1, 6), before: [ones(1, 4)] },
      attributes: { alpha: { float: 2 } },
    },
  ],
  ['a softmax of rows without elements', { operator: 'Softmax', x: float(3, 0), y: float(3, 0) }],
  ['a softmax without rows', { operator: 'LogSoftmax', x: float(0, 3), y: float(0, 3) }],
  [
    'a product with a row for each column',
    { operator: 'Gemm', x: float(3, 4), y: float(3, 6), after: [ones(4, 6), ones(3, 1)] },
  ],
];

describe('the executor', () => {
  it.each(forms)('takes %s as ONNX Runtime does, or leaves it', async (_name, form) => {
    const graph = graphOf(form);
    const size = form.x.shape.reduce((a, b) => a * b, 1);
    const x = Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1));
    const executable = await Executable.create(graph, { threads: 1 });
    const { y } = await executable.run({ x });
    await executable.dispose();
    for (const threads of [1, 3]) {
      const results = await executed(graph, { x }, threads);
      if (typeof results === 'string') continue; // by onnxruntime-web
      expect(results.y!.length).toBe(y!.length);
      for (const [i, want] of y!.entries()) expect(results.y![i]).toBeCloseTo(want, 5);
    }
  });

  it('shares all work where the threads are no whole number', () => {
    const program = programOf(graphOf({ operator: 'Exp', x: float(10), y: float(10) }), 2.5, 0);
    const steps = typeof program === 'string' ? [] : program.turns.flat(2);
    expect(steps.reduce((sum, step) => sum + step.arguments[2]!, 0)).toBe(10);
  });
});
