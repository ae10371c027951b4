// Layers along one direction by kernels of our own: the same numbers and gradients as by ONNX Runtime alone.
import { compile, type Traceable, traceGraph } from '@flowvae/compiler';
import {
  type Flow,
  householder,
  nicePlanar,
  type ParamShapes,
  type Params,
  planarLeaky,
  sylvesterHouseholder,
} from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { Executable } from '../../packages/compiler/src/sessions/executable.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;
type Numbers = Readonly<Record<string, Float32Array>>;

const shapesOf = ({ paramShapes, dim }: Flow, batch: number, rows: number): Shapes => ({
  z: [batch, dim],
  ...Object.fromEntries(Object.entries(paramShapes).map(([name, shape]) => [name, [rows, ...shape]])),
});

const drawn = (shapes: Shapes): Numbers =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return [name, drawNormal(fold(key(1), name), count)];
    }),
  );

/** y, log-det, and the gradients of an uneven sum of both for z and all parameters. */
const withGradients =
  (flow: Flow): Traceable =>
  (inputs) => {
    const names = ['z', ...Object.keys(flow.paramShapes)];
    const kept: Record<string, Tensor> = {};
    const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => {
      const { z, ...params } = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      const { y, logDet } = flow.forward(params as Params<ParamShapes>, z as Tensor2D);
      Object.assign(kept, { y: tf.keep(y), logDet: tf.keep(logDet) });
      return tf.add(tf.sum(tf.mul(y, tf.add(y, 1))), tf.sum(tf.square(logDet)));
    })(names.map((name) => inputs[name]!));
    return { value, ...kept, ...Object.fromEntries(grads.map((gradient, i) => [`d:${names[i]}`, gradient])) };
  };

/** By our kernels and by ONNX Runtime alone. */
async function bothWays(fn: Traceable, shapes: Shapes): Promise<readonly [Numbers, Numbers]> {
  const values = drawn(shapes);
  const [own, pure] = [compile(fn), await Executable.create(traceGraph(fn, shapes), { threads: 1 })];
  try {
    return [(await (await own.specialise(shapes)).run(values)) as Numbers, (await pure.run(values)) as Numbers];
  } finally {
    await Promise.all([own.dispose(), pure.dispose()]);
  }
}

const chainsIn = (fn: Traceable, shapes: Shapes): string[] =>
  traceGraph(fn, shapes, { ownKernels: true })
    .nodes.map(({ operator }) => operator)
    .filter((name) => /Chain/.test(name));

/** The largest difference beside the largest number of each result, or 1. */
const apart = (a: Numbers, b: Numbers): number =>
  Math.max(
    ...Object.entries(a).map(([name, values]) => {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      return values.reduce((most, value, i) => Math.max(most, Math.abs(value - b[name]![i]!)), 0) / largest;
    }),
  );

const sizes = [
  [1, 1],
  [3, 5],
  [10, 40],
] as const;

const flows: Readonly<Record<string, (dim: number, layers: number) => Flow>> = {
  Tanh: nicePlanar as (dim: number, layers: number) => Flow,
  Leaky: (dim, layers) => planarLeaky(dim, layers, { slope: 0.3 }) as Flow,
  'Leaky, of reflections,': householder as (dim: number, layers: number) => Flow,
};

describe.each(Object.entries(flows))('a chain of kind %s', (kind, make) => {
  const [word] = kind.split(',');
  it.each(sizes)('of %i layers, %i dimensions, has the numbers and gradients of operators', async (layers, width) => {
    const flow = make(Math.max(width, word === 'Tanh' ? 2 : 1), layers);
    for (const rows of [1, 4]) {
      const [fn, shapes] = [withGradients(flow), shapesOf(flow, 4, rows)];
      expect(chainsIn(fn, shapes)).toEqual([`${word}Chain`, `${word}ChainGradient`]);
      const [own, pure] = await bothWays(fn, shapes);
      expect(Object.keys(own)).toContain('d:z');
      expect(apart(pure, own)).toBeLessThan(5e-6);
    }
  });
});

it('mirrors of Sylvester flows are chains, on both sides of their triangles', async () => {
  const flow = sylvesterHouseholder(6, 3, 2) as Flow;
  const [fn, shapes] = [withGradients(flow), shapesOf(flow, 4, 4)];
  expect(chainsIn(fn, shapes).toSorted()).toEqual([
    ...new Array(4).fill('LeakyChain'),
    ...new Array(4).fill('LeakyChainGradient'),
  ]);
  const [own, pure] = await bothWays(fn, shapes);
  expect(apart(pure, own)).toBeLessThan(5e-6);
});

it('a chain whose gradient has a gradient is one of operators', async () => {
  const flow = householder(3, 2) as Flow;
  const fn: Traceable = ({ z, ...params }) => {
    const length = (at: Tensor) => {
      const { y } = flow.forward(params as Params<ParamShapes>, at as Tensor2D);
      return tf.sum(tf.mul(tf.square(y), y));
    };
    return { second: tf.grad((at: Tensor) => tf.sum(tf.square(tf.grad(length)(at))))(z!) };
  };
  const shapes = shapesOf(flow, 2, 2);
  expect(chainsIn(fn, shapes)).toEqual([]);
  const [own, pure] = await bothWays(fn, shapes);
  expect(apart(pure, own)).toBeLessThan(5e-6);
  expect(own.second!.some((value) => Math.abs(value) > 0.1)).toBe(true);
});
