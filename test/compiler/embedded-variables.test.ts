// Variables as constants: the same graph without its variables, and the same numbers.
import { embedVariables, printGraph, SessionPool, sessionRecipe, traceGraph } from '@flowvae/compiler';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { afterAll, expect, it } from 'vitest';

const variables = {
  w: tf.variable(tf.tensor2d([[1, 2, 3]])),
  count: tf.variable(tf.scalar(7, 'int32')),
  unread: tf.variable(tf.tensor1d([5, 6])),
};
const { w, count } = variables;
afterAll(() => tf.dispose({ ...variables }));

const traced = traceGraph(
  ({ x }) => ({ y: tf.add(tf.matMul(x as Tensor2D, w as Tensor2D), tf.cast(count, 'float32')), w: tf.clone(w) }),
  { x: [1, 1] },
  { variables },
);

const embedded = embedVariables(traced, { w: Float32Array.of(1, 2, 3), count: Int32Array.of(7) });

it('embedVariables leaves the graph as it was, but for its variables and those that nothing reads', () => {
  expect(printGraph(traced)).toMatch(/w.*\n.*count.*\n.*unread/);
  expect(embedded.variables).toEqual([]);
  expect(embedded.constants.map(({ data }) => [...data])).toEqual([
    ...traced.constants.map(({ data }) => [...data]),
    [1, 2, 3],
    [7],
  ]);
  expect([embedded.nodes, embedded.inputs, embedded.outputs]).toEqual([traced.nodes, traced.inputs, traced.outputs]);
});

it('embedVariables changes no result, also of a variable that is an output', async () => {
  const pool = new SessionPool(1);
  const [held, built] = [
    pool.add(sessionRecipe(traced, { threads: 1 }), read()),
    pool.add(sessionRecipe(embedded, { threads: 1 }), {}),
  ];
  const x = Float32Array.of(2);
  expect(await pool.run(built, { x })).toEqual({ y: Float32Array.of(9, 11, 13), w: Float32Array.of(1, 2, 3) });
  expect(await pool.run(held, { x })).toEqual(await pool.run(built, { x }));
  await pool.dispose();
});

const read = () =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, variable.dataSync().slice() as Float32Array]),
  );
