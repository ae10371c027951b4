// The inputs and outputs of a compiled function: shapes, captured tensors, variables, arrays, outputs that are no
// results.
import { compile, runCounter, traceGraph } from '@flowvae/compiler';
import { type Scalar, type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

const ones = (...values: number[]) => Float32Array.from(values);

describe('specialise', () => {
  it('keeps one executable for each set of shapes', async () => {
    let traces = 0;
    const compiled = compile(({ x }) => {
      traces++;
      return { y: tf.sum(x!) };
    });
    const first = await compiled.specialise({ x: [3] });
    expect(await compiled.specialise({ x: [3] })).toBe(first);
    const other = await compiled.specialise({ x: [2, 2] });
    expect(other).not.toBe(first);
    expect(traces).toBe(2);
    expect((await first.run({ x: ones(1, 2, 3) })).y).toEqual(ones(6));
    expect((await other.run({ x: ones(1, 2, 3, 4) })).y).toEqual(ones(10));
    await compiled.dispose();
    expect(await compiled.specialise({ x: [3] })).not.toBe(first);
    await compiled.dispose();
  });

  it('frees its sessions: a disposed executable does not run', async () => {
    const compiled = compile(({ x }) => ({ y: tf.neg(x!) }));
    const executable = await compiled.specialise({ x: [1] });
    await compiled.dispose();
    await expect(executable.run({ x: ones(1) })).rejects.toThrow();
  });

  it('counts runs and nodes', async () => {
    const compiled = compile(({ x }) => ({ y: tf.neg(tf.abs(x!)) }));
    const executable = await compiled.specialise({ x: [1] });
    const { runs, nodes } = runCounter;
    await executable.run({ x: ones(1) });
    expect(runCounter).toEqual({ runs: runs + 1, nodes: nodes + 2 });
    await compiled.dispose();
  });
});

describe('run', () => {
  const compiled = compile(({ x, y }) => ({ sum: tf.add(x!, y!), most: tf.argMax(x!, 0), over: tf.greater(x!, y!) }));
  const executable = compiled.specialise({ x: [2, 3], y: [3] });
  const x = ones(1, 5, 3, 4, 2, 6);

  it.each<[string, Record<string, Float32Array>, string]>([
    ['missing', { x }, "run: 'y': expected 3 float32 values of shape [3], got nothing"],
    [
      'too short',
      { x, y: ones(1) },
      "run: 'y': expected 3 float32 values of shape [3], got 1 values in a Float32Array",
    ],
    [
      'of another type',
      { x, y: Int32Array.of(1, 2, 3) as never },
      "run: 'y': expected 3 float32 values of shape [3], got 3 values in a Int32Array",
    ],
  ])('refuses an array that is %s', async (_, arrays, text) => {
    await expect((await executable).run(arrays)).rejects.toThrow(
      expect.objectContaining({ name: 'ExpectationError', message: text }),
    );
  });

  it('gives other types in arrays of their own kind', async () => {
    const results = await (await executable).run<Float32Array | Int32Array | Uint8Array>({ x, y: ones(2, 2, 2) });
    expect(results).toEqual({
      sum: ones(3, 7, 5, 6, 4, 8),
      most: Int32Array.of(1, 0, 1),
      over: Uint8Array.of(0, 1, 1, 1, 0, 1),
    });
  });

  it('writes into given arrays', async () => {
    const [sum, most] = [new Float32Array(6), new Int32Array(3)];
    const results = await (await executable).run<Float32Array | Int32Array | Uint8Array>(
      { x, y: ones(0, 0, 0) },
      { sum, most },
    );
    expect(results.sum).toBe(sum);
    expect([...sum, ...most]).toEqual([...x, 1, 0, 1]);
    await expect((await executable).run({ x, y: ones(0, 0, 0) }, { most: new Float32Array(3) })).rejects.toThrow(
      "run: 'most': expected 3 int32 values",
    );
  });
});

describe('captured tensors and variables', () => {
  it('are embedded if eager, and stay alive on their backend', async () => {
    const captured = tf.tensor1d([1, 2, 3]);
    const before = tf.memory().numTensors;
    const compiled = compile(({ x }) => ({ y: tf.mul(x!, captured), itself: captured }));
    const { y, itself } = await (await compiled.specialise({ x: [3] })).run({ x: ones(2, 2, 2) });
    expect([y, itself]).toEqual([ones(2, 4, 6), ones(1, 2, 3)]);
    expect(captured.isDisposed).toBe(false);
    expect(tf.engine().state.tensorInfo.get(captured.dataId)!.backend).toBe(tf.engine().findBackend('cpu'));
    expect([...captured.dataSync()]).toEqual([1, 2, 3]);
    expect(tf.memory().numTensors).toBe(before);
    captured.dispose();
    await compiled.dispose();
  });

  it('are inputs if variables, so that new values need no new trace', async () => {
    let traces = 0;
    const w = tf.tidy(() => tf.variable(tf.scalar(5)));
    const frozen = tf.tidy(() => tf.variable(tf.scalar(100)));
    const fn = ({ x }: Readonly<Record<string, Tensor>>) => {
      traces++;
      return { y: tf.add(tf.mul(x!, w), frozen), w2: w };
    };
    const compiled = compile(fn, { variables: { w } });
    const executable = await compiled.specialise({ x: [1] });
    expect(await executable.run({ x: ones(2), w: ones(5) })).toEqual({ y: ones(110), w2: ones(5) });
    frozen.assign(tf.tidy(() => tf.variable(tf.scalar(0))));
    expect(await executable.run({ x: ones(2), w: ones(-1) })).toEqual({ y: ones(98), w2: ones(-1) });
    await expect(executable.run({ x: ones(2) })).rejects.toThrow("run: 'w': expected 1 float32 values of shape []");
    expect([traces, w.isDisposed]).toEqual([1, false]);
    tf.dispose([w, frozen]);
    await compiled.dispose();
  });

  it('are returned with their assigned values, and read with them from then on', async () => {
    const w = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const counter = tf.tidy(() => tf.variable(tf.scalar(0)));
    const compiled = compile(
      ({ x }) => {
        const before = tf.sum(tf.mul(w, x!));
        w.assign(tf.sub(w, x!));
        counter.assign(tf.add(counter, 1));
        counter.assign(tf.add(counter, 1));
        return { before, after: tf.sum(tf.mul(w, x!)), w: tf.neg(w) };
      },
      { variables: { w, counter } },
    );
    const run = await compiled.specialise({ x: [2] });
    expect(await run.run({ x: ones(3, 4), w: ones(10, 20), counter: ones(5) })).toEqual({
      before: ones(110),
      after: ones(85),
      w: ones(-7, -16),
      'assigned:w': ones(7, 16),
      'assigned:counter': ones(7),
    });
    expect([...w.dataSync(), ...counter.dataSync()]).toEqual([1, 2, 0]); // the variables themselves stay as they are
    tf.dispose([w, counter]);
    await compiled.dispose();
  });

  it('are inputs of their own types, and are returned with their assigned values', async () => {
    const count = tf.tidy(() => tf.variable(tf.scalar(7, 'int32')));
    const mask = tf.tidy(() => tf.variable(tf.tensor1d([1, 0], 'bool')));
    const compiled = compile(
      ({ x }) => {
        const half = tf.floorDiv(count, tf.scalar(2, 'int32'));
        count.assign(tf.add(count, tf.scalar(1, 'int32')));
        return { half, chosen: tf.where(mask, x!, tf.neg(x!)) };
      },
      { variables: { count, mask } },
    );
    const run = await compiled.specialise({ x: [2] });
    expect(run.graph.variables.map(({ value }) => value.type)).toEqual(['int32', 'bool']);
    // One more than 2^24 is no float32.
    const given = { x: ones(3, 4), count: Int32Array.of(16777217), mask: Uint8Array.of(0, 1) };
    expect(await run.run<Float32Array | Int32Array>(given)).toEqual({
      half: Int32Array.of(8388608),
      chosen: ones(-3, 4),
      'assigned:count': Int32Array.of(16777218),
    });
    await expect(run.run({ ...given, count: ones(7) })).rejects.toThrow(
      "run: 'count': expected 1 int32 values of shape [], got 1 values in a Float32Array",
    );
    tf.dispose([count, mask]);
    await compiled.dispose();
  });

  it('are returned with the values that an optimiser of tfjs assigned', async () => {
    const w = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const sgd = tf.train.sgd(0.1);
    const compiled = compile(
      ({ x }) => ({
        loss: sgd.minimize(() => tf.sum(tf.square(tf.sub(w, x!))) as Scalar, true, [w])!,
      }),
      { variables: { w } },
    );
    const results = await (await compiled.specialise({ x: [2] })).run({ x: ones(1, 1), w: ones(2, 3) });
    expect(results.loss).toEqual(ones(5));
    expect([...results['assigned:w']!].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([1.8, 2.6]);
    tf.dispose(w);
    sgd.dispose();
    await compiled.dispose();
  });

  it('are refused if they are tensors of an earlier trace', () => {
    let escaped: Tensor | undefined;
    traceGraph(
      ({ x }) => {
        escaped = tf.keep(tf.neg(x!));
        return { y: x! };
      },
      { x: [1] },
    );
    expect(() => traceGraph(({ x }) => ({ y: tf.add(x!, escaped!) }), { x: [1] })).toThrow(
      'a tensor of an earlier trace, or a disposed one, is used',
    );
    escaped!.dispose();
  });
});

it('an output may have the name of an input or a variable', async () => {
  const w = tf.tidy(() => tf.variable(tf.scalar(0)));
  const compiled = compile(({ x, z }) => ({ x: tf.mul(x!, w), w: tf.add(w, 1), z: z! }), { variables: { w } });
  const executable = await compiled.specialise({ x: [1], z: [1] });
  const given = { x: ones(3), w: ones(2), z: ones(9) };
  expect(await executable.run(given)).toEqual({ x: ones(6), w: ones(3), z: ones(9) });
  const into = { x: ones(0), w: ones(0) };
  await executable.run(given, into);
  expect([given.x, into]).toEqual([ones(3), { x: ones(6), w: ones(3) }]);
  w.dispose();
  await compiled.dispose();
});

it('an output may be an input, a variable, a constant, another output, or nothing computed at all', async () => {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([7, 8])));
  const compiled = compile(
    ({ x }) => {
      const y = tf.neg(x!);
      return {
        input: x!,
        variable: w,
        constant: tf.tensor1d([3, 4]),
        y,
        again: y,
        same: tf.clone(y),
        zeros: tf.zeros([2]),
      };
    },
    { variables: { w } },
  );
  const results = await (await compiled.specialise({ x: [2] })).run({ x: ones(1, 2), w: ones(5, 6) });
  expect(results).toEqual({
    input: ones(1, 2),
    variable: ones(5, 6),
    constant: ones(3, 4),
    y: ones(-1, -2),
    again: ones(-1, -2),
    same: ones(-1, -2),
    zeros: ones(0, 0),
  });
  w.dispose();
  await compiled.dispose();
});
