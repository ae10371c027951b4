// Graphs that kernels of our own cut into stages: the same numbers as ONNX Runtime alone, for all values that cross
// between stages.
import { compile, type Traceable, traceGraph } from '@flowvae/compiler';
import { chain, planar, planarLeaky } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { Executable } from '../../packages/compiler/src/sessions/executable.ts';
import { cutAtKernels } from '../../packages/compiler/src/stages/cut-at-kernels.ts';
import { stageRecipes } from '../../packages/compiler/src/stages/stage-recipes.ts';
import { openStages } from '../../packages/compiler/src/stages/staged-session.js';

type Shapes = Readonly<Record<string, readonly number[]>>;
type Tensors = Readonly<Record<string, Tensor>>;

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const drawn = (shapes: Shapes) =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, drawNormal(fold(key(1), name), sizeOf(shape))]),
  );

const operatorsOf = (fn: Traceable, shapes: Shapes, ownKernels: boolean) =>
  traceGraph(fn, shapes, { ownKernels }).nodes.map(({ operator }) => operator);

/** By our kernels and by ONNX Runtime alone. */
async function bothWays(fn: Traceable, shapes: Shapes, values: Readonly<Record<string, Float32Array>> = drawn(shapes)) {
  const [own, pure] = [compile(fn), await Executable.create(traceGraph(fn, shapes), { threads: 1 })];
  try {
    return [await (await own.specialise(shapes)).run(values), await pure.run(values)] as const;
  } finally {
    await Promise.all([own.dispose(), pure.dispose()]);
  }
}

/** Equal up to the rounding of either: relative to the largest of an array, or to 1. */
function expectClose(own: Readonly<Record<string, Float32Array>>, pure: typeof own, tolerance = 5e-6) {
  expect(Object.keys(own)).toEqual(Object.keys(pure));
  for (const [name, values] of Object.entries(pure)) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const apart = values.reduce((most, value, i) => Math.max(most, Math.abs(value - own[name]![i]!)), 0);
    expect(apart, name).toBeLessThanOrEqual(tolerance * Math.max(1, largest));
  }
}

const shapesOf = (batch: number, rows: number, layers: number, dim: number): Shapes => ({
  ...{ z: [batch, dim], w: [rows, layers, dim], u: [rows, layers, dim], b: [rows, layers] },
});

const through = (flow: ReturnType<typeof planar>, { z, w, u, b }: Tensors) =>
  flow.forward({ w, u, b } as never, z as Tensor2D);

/** y, log-det, and the gradients of an uneven sum of both. */
const withGradients =
  (flow: ReturnType<typeof planar>): Traceable =>
  (inputs) => {
    const names = ['z', 'w', 'u', 'b'];
    const kept: Record<string, Tensor> = {};
    const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => {
      const { y, logDet } = through(flow, Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
      Object.assign(kept, { y: tf.keep(y), logDet: tf.keep(logDet) });
      return tf.add(tf.sum(tf.mul(y, tf.add(y, 1))), tf.sum(tf.square(logDet)));
    })(names.map((name) => inputs[name]!));
    return { value, ...kept, ...Object.fromEntries(grads.map((gradient, i) => [`d:${names[i]}`, gradient])) };
  };

describe('a planar chain', () => {
  it.each([
    [3, 3, 1, 1],
    [6, 6, 3, 5],
    [7, 1, 4, 2],
    [2, 2, 2, 8],
    [5, 1, 3, 11],
    [4, 4, 6, 40],
    [1, 1, 2, 13],
  ])('of %i rows, %i of parameters, %i layers, %i dimensions', async (...sizes) => {
    const shapes = shapesOf(...sizes);
    const fn = withGradients(planar(sizes[3], sizes[2]));
    expect(operatorsOf(fn, shapes, true).filter((name) => name.startsWith('Planar'))).toEqual([
      'PlanarChain',
      'PlanarChainGradient',
    ]);
    expectClose(...(await bothWays(fn, shapes)));
  });

  it('is pure ONNX unless it is asked for: a file for others holds no kernel of ours', async () => {
    const fn = withGradients(planar(3, 2));
    expect(operatorsOf(fn, shapesOf(2, 2, 2, 3), false).filter((name) => name.startsWith('Planar'))).toEqual([]);
    const compiled = compile(fn);
    expect(Buffer.from(await compiled.toOnnx(shapesOf(2, 2, 2, 3))).includes('PlanarChain')).toBe(false);
  });

  it('keeps NaN and infinity in the rows where they are', async () => {
    const shapes = shapesOf(3, 3, 2, 5);
    const values = drawn(shapes);
    values.w![0] = Number.NaN;
    values.z![2 * 5] = Number.POSITIVE_INFINITY;
    const [own, pure] = await bothWays(withGradients(planar(5, 2)), shapes, values);
    const finite = (array: Float32Array) => [...array].map(Number.isFinite);
    expect(finite(own.y!)).toEqual(finite(pure.y!));
    expect(finite(own.logDet!)).toEqual([false, true, finite(pure.logDet!)[2]]);
    expect(finite(own['d:w']!).slice(10, 20)).toEqual(new Array(10).fill(true));
  });
});

describe('the planar chain falls back to ONNX Runtime alone', () => {
  const own = (fn: Traceable, shapes: Shapes) =>
    operatorsOf(fn, shapes, true).filter((name) => name.startsWith('Planar'));

  it('if a row of parameters belongs to several rows of z', async () => {
    const shapes = shapesOf(6, 2, 2, 3);
    const fn: Traceable = (inputs) => ({ ...through(planar(3, 2), inputs) });
    expect(own(fn, shapes)).toEqual([]);
  });

  it('if a gradient has a gradient', async () => {
    const shapes = shapesOf(2, 2, 2, 3);
    const fn: Traceable = ({ z, ...params }) => {
      const slope = (at: Tensor) => tf.sum(through(planar(3, 2), { ...params, z: at }).logDet);
      return { second: tf.grad((at: Tensor) => tf.sum(tf.square(tf.grad(slope)(at))))(z!) };
    };
    expect(own(fn, shapes)).toEqual([]);
    const [{ second }] = await bothWays(fn, shapes);
    expect(second!.every(Number.isFinite)).toBe(true);
  });

  it('for integers, which the kernel would take for floats', async () => {
    const shapes = { z: [2, 3] };
    const [w, u, b] = [tf.ones([1, 2, 3]), tf.ones([1, 2, 3]), tf.zeros([1, 2])];
    const fn: Traceable = ({ z }) => ({ ...through(planar(3, 2), { z: tf.cast(z!, 'int32'), w, u, b }) });
    expect(own(fn, shapes)).toEqual([]);
    const [{ y }] = await bothWays(fn, shapes, { z: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(y![5]).toBeGreaterThan(6);
    tf.dispose([w, u, b]);
  });

  it('for another activation', () => {
    const fn: Traceable = ({ z, w, u, b }) => ({ ...planarLeaky(3, 2).forward({ w, u, b } as never, z as Tensor2D) });
    expect(own(fn, shapesOf(2, 2, 2, 3))).toEqual([]);
  });
});

describe('a value that crosses stages', () => {
  const flow = planar(3, 2);
  const shapes = { ...shapesOf(4, 4, 2, 3), x: [4, 3] };

  /** Values of each type from before, between and after two chains; outputs of every origin. */
  const crossing: Traceable = ({ x, z, w, u, b }) => {
    const isLarge = tf.greater(x!, 0.2);
    const rank = tf.argMax(x as Tensor2D, 1);
    const before = tf.tanh(tf.add(x!, z!));
    const first = through(flow, { z: before, w: w!, u: u!, b: b! });
    const between = tf.mul(tf.where(isLarge, first.y, x!), 2);
    const second = through(flow, { z: between, w: tf.mul(w!, 0.5), u: u!, b: b! });
    const beside = through(flow, { z: x!, w: w!, u: u!, b: b! });
    return {
      ...{ before, first: first.y, firstLogDet: first.logDet, between, second: second.y, beside: beside.y },
      ...{ isLarge, rank, given: x!, constant: tf.tensor1d([1, 2]), twice: first.y },
      sum: tf.add(tf.sum(second.logDet), tf.mul(tf.sum(rank), 0.25)),
    };
  };

  it('comes before the sessions and kernels that need it', () => {
    const { stages } = cutAtKernels(traceGraph(crossing, shapes, { ownKernels: true }));
    expect(stages.map((stage) => ('node' in stage ? 'kernel' : 'session')).join(' ')).toBe(
      'session kernel kernel session kernel session',
    );
  });

  it('is the same as without stages, in place and not', async () => {
    const [own, pure] = await bothWays(crossing, shapes);
    expectClose(own, pure);
    const inPlace = compile(crossing, { inPlace: true });
    const into = Object.fromEntries(
      Object.entries(pure).map(([name, array]) => [name, new (array.constructor as typeof Float32Array)(array.length)]),
    );
    await (await inPlace.specialise(shapes)).run(drawn(shapes), into);
    await inPlace.dispose();
    expect(into).toEqual(own);
  });

  it('of a second run is of that run', async () => {
    const compiled = compile(crossing);
    const executable = await compiled.specialise(shapes);
    const first = await executable.run(drawn(shapes));
    const kept = first.first!.slice();
    const negative = Object.fromEntries(
      Object.entries(drawn(shapes)).map(([name, array]) => [name, array.map((v) => -v)]),
    );
    const second = await executable.run(negative);
    expect(first.first).toEqual(kept); // no result is a view of memory that the next run writes
    expect(second.first).not.toEqual(first.first);
    expect(await executable.run(drawn(shapes))).toEqual(first);
    await compiled.dispose();
  });

  it('of overlapping runs belongs to each run alone, and a failed run stops no other', async () => {
    const compiled = compile(crossing);
    const executable = await compiled.specialise(shapes);
    const inputs = [1, -1, 0.5].map((factor) =>
      Object.fromEntries(Object.entries(drawn(shapes)).map(([name, array]) => [name, array.map((v) => factor * v)])),
    );
    const alone = [];
    for (const values of inputs) alone.push(await executable.run(values));
    const missing = executable.run({});
    const together = inputs.map((values) => executable.run(values));
    await expect(missing).rejects.toThrow(/got nothing/);
    expect(await Promise.all(together)).toEqual(alone);
    await compiled.dispose();
  });

  it('may be an int64 place: the target of a pooled gradient is known before the chain', async () => {
    const sizes = { ...shapesOf(4, 4, 2, 3), image: [4, 2, 2, 3] };
    const fn: Traceable = ({ image, ...params }) => {
      const pooled = (at: Tensor) => tf.reshape(tf.maxPool(at as Tensor4D, 2, 2, 'same'), [4, 3]);
      const loss = (at: Tensor) => tf.sum(tf.square(through(planar(3, 2), { ...params, z: pooled(at) }).y));
      return { gradient: tf.grad(loss)(image!) };
    };
    const { crossing } = cutAtKernels(traceGraph(fn, sizes, { ownKernels: true }));
    expect(crossing.map(({ type }) => type)).toContain('int64');
    expectClose(...(await bothWays(fn, sizes)));
  });

  it('is not confused with an input or output of the function with its name', async () => {
    const named: Traceable = ({ 'crossing:0': z, '_crossing:1': w, u, b }) => {
      const { y, logDet } = through(flow, { z: tf.add(z!, 1), w: w!, u: u!, b: b! });
      return { 'crossing:2': tf.add(y, z!), '__crossing:0': tf.mul(logDet, 2) };
    };
    const { z, w, ...rest } = shapesOf(4, 4, 2, 3);
    expectClose(...(await bothWays(named, { 'crossing:0': z!, '_crossing:1': w!, ...rest })));
  });

  it('must fit into a memory of WebAssembly: otherwise one clear error', () => {
    // 4 bytes · 60,000 · (w and u 2·100·100, z and y 2·100, b and h 2·100, facts 5·100, log-det 1), by hand
    const large = traceGraph(
      (inputs) => ({ ...through(planar(100, 100), inputs) }),
      shapesOf(60_000, 60_000, 100, 100),
      { ownKernels: true },
    );
    expect(() => stageRecipes(large, false)).toThrow(
      'compile: tensors around PlanarChain: expected at most 4.0 GiB, got 4.7 GiB; use a smaller batch',
    );
  });

  it('goes through chains of flows, each a kernel', async () => {
    const flows = chain([planar(3, 2), planarLeaky(3), planar(3, 4)]);
    const params = Object.entries(flows.paramShapes).map(([name, shape]) => [name, [4, ...shape]] as const);
    const all = { z: [4, 3], ...Object.fromEntries(params) };
    const fn: Traceable = ({ z, ...rest }) => ({ ...flows.forward(rest as never, z as Tensor2D) });
    expect(operatorsOf(fn, all, true).filter((name) => name === 'PlanarChain')).toHaveLength(2);
    expectClose(...(await bothWays(fn, all)));
  });
});

describe('a stage that fails', () => {
  const shapes = shapesOf(2, 2, 2, 3);
  const chained: Traceable = ({ z, ...params }) => {
    const { y, logDet } = through(planar(3, 2), { ...params, z: tf.tanh(z!) });
    return { y, sum: tf.sum(logDet) };
  };
  const recipes = stageRecipes(traceGraph(chained, shapes, { ownKernels: true }), false);

  /** A runtime that fails when it makes, or runs, a session for the second time. */
  function failingRuntime(act: 'make' | 'run') {
    const counts = { make: 0, run: 0, released: 0 };
    const doing = async (now: 'make' | 'run') => {
      if (++counts[now] === 2 && now === act) throw new Error('no memory');
      return {};
    };
    const release = async () => void counts.released++;
    const InferenceSession = { create: async () => ({ ...(await doing('make')), run: () => doing('run'), release }) };
    return { counts, runtime: { InferenceSession, Tensor: class {} } as never };
  }

  it('to be made lets those before it be freed', async () => {
    const { counts, runtime } = failingRuntime('make');
    await expect(openStages(recipes, {}, runtime)).rejects.toThrow('no memory');
    expect(counts.released).toBe(1);
  });

  it('to run does not stop the waiting run', async () => {
    const { counts, runtime } = failingRuntime('run');
    const { run } = await openStages(recipes, {}, runtime);
    const feeds = Object.fromEntries(Object.entries(drawn(shapes)).map(([name, data]) => [name, { data }]));
    const results = await Promise.allSettled([run(feeds, {}), run(feeds, {})]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(counts.run).toBe(2 + 2);
  });
});
