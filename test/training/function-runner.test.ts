// Functions of arrays on threads: values of variables, and threads that end.
import { SessionPool, type SessionRecipe, sessionRecipe, traceGraph } from '@flowvae/compiler';
import { type Tensor, type Tensor4D, tf } from '@flowvae/tensor';
import { expect, it, vi } from 'vitest';
import { functionRunner } from '../../packages/training/src/steps/function-runner.ts';

const counted = vi.hoisted(() => ({ pools: 0, inputs: [] as readonly string[] }));

vi.mock('@flowvae/compiler', async (original) => {
  const module = await original<typeof import('@flowvae/compiler')>();
  class Counted extends module.SessionPool {
    constructor(threads: number) {
      super(threads);
      counted.pools++;
    }
    override add(...[recipe, fixed]: Parameters<SessionPool['add']>) {
      counted.inputs = recipe.inputs.map(({ name }) => name);
      return super.add(recipe, fixed);
    }
  }
  return { ...module, SessionPool: Counted };
});

it('a runner reads variables of all types', async () => {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([2, 3])));
  const count = tf.tidy(() => tf.variable(tf.scalar(16777217, 'int32'))); // no float32
  const odd = () => tf.cast(tf.equal(tf.mod(count, tf.scalar(2, 'int32')), tf.scalar(1, 'int32')), 'float32');
  const runner = await functionRunner(({ x }) => ({ y: tf.add(tf.mul(x!, w), odd()) }), { variables: { w, count } });
  expect(await runner.run({ x: Float32Array.of(10, 20) }, { x: [2] })).toEqual({ y: Float32Array.of(21, 61) });
  await runner.dispose();
  tf.dispose([w, count]);
});

it('a runner starts no threads if a variable cannot be read', async () => {
  const w = tf.tidy(() => tf.variable(tf.scalar(1)));
  vi.spyOn(w, 'dataSync').mockImplementation(() => {
    throw new RangeError('mine');
  });
  const { pools } = counted;
  await expect(functionRunner(({ x }) => ({ y: tf.mul(x!, w) }), { variables: { w } })).rejects.toThrow('mine');
  expect(counted.pools).toBe(pools);
  w.dispose();
});

it('a thread that has ended rejects jobs, later ones at once', async () => {
  const graph = traceGraph(({ x }) => ({ y: tf.neg(x!) }), { x: [1] });
  const ending: SessionRecipe = {
    ...sessionRecipe(graph, { threads: 1 }),
    runtime: 'data:text/javascript,process.exit(3)',
  };
  const pool = new SessionPool(1);
  const session = pool.add(ending, {});
  const job = () => pool.run(session, { x: Float32Array.of(1) });
  await expect(job()).rejects.toThrow('compile: a thread ended with code 3');
  await expect(job()).rejects.toThrow('compile: a thread ended with code 3');
  await pool.dispose();
});

it('functionRunner keeps the values that variables had, and has three runs under way for each thread', async () => {
  const scale = tf.variable(tf.tensor1d([2]));
  const runner = await functionRunner(({ x }) => ({ y: tf.mul(x!, scale) }), { variables: { scale }, threads: 2 });
  expect(runner.width).toBe(6);
  scale.assign(tf.tensor1d([50]));
  expect(Array.from((await runner.run({ x: Float32Array.of(1, 3) }, { x: [2] })).y!)).toEqual([2, 6]);
  await runner.dispose();
  tf.dispose(scale);
});

it.each([
  ['built into the graph', 'where the runner may', { embedsVariables: true }, 1, ['x']],
  ['inputs of the graph', 'by default', {}, 1, ['x', 'w', 'unit']],
  ['inputs of the graph', 'where they are larger than 16 MiB', { embedsVariables: true }, 2 ** 22, ['x', 'w', 'unit']],
])('variables of convolutions are %s %s', async (_, __, options, size, inputs) => {
  const [w, unit] = [tf.variable(tf.fill([size], 3)), tf.variable(tf.scalar(2, 'int32'))];
  const fn = ({ x }: Readonly<Record<string, Tensor>>) => {
    const filter = tf.reshape(tf.slice(w, [0], [1]), [1, 1, 1, 1]) as Tensor4D;
    const y = tf.conv2d(tf.reshape(x!, [1, 1, 2, 1]) as Tensor4D, filter, 1, 'valid');
    return { y: tf.mul(tf.reshape(y, [2]), tf.cast(unit, 'float32')) };
  };
  const runner = await functionRunner(fn, { variables: { w, unit }, ...options });
  expect(await runner.run({ x: Float32Array.of(1, 3) }, { x: [2] })).toEqual({ y: Float32Array.of(6, 18) });
  expect(counted.inputs).toEqual(inputs);
  await runner.dispose();
  tf.dispose([w, unit]);
});

it('variables of products stay inputs: built in, they would gain nothing and be there for each thread', async () => {
  const w = tf.variable(tf.tensor2d([[3]]));
  const fn = ({ x }: Readonly<Record<string, Tensor>>) => ({ y: tf.matMul(x!, w) });
  const runner = await functionRunner(fn, { variables: { w }, embedsVariables: true });
  expect(await runner.run({ x: Float32Array.of(1, 3) }, { x: [2, 1] })).toEqual({ y: Float32Array.of(3, 9) });
  expect(counted.inputs).toEqual(['x', 'w']);
  await runner.dispose();
  tf.dispose(w);
});
