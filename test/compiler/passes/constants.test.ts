// Constants that depend on constants only, and scalars in the place of tensors of one number.
import { traceGraph } from '@flowvae/compiler';
import { type Scalar, tf } from '@flowvae/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldConstants } from '../../../packages/compiler/src/passes/constants.ts';
import { Executable } from '../../../packages/compiler/src/sessions/executable.ts';
import { nodesOf, resultsOf, rewritten } from './equal-results.ts';

const shapes = { x: [15, 2] };

describe('foldConstants', () => {
  it('multiplies through the ones that the gradient of a mean starts from', async () => {
    const { before, after } = await rewritten(
      foldConstants,
      ({ x }) => ({ y: tf.grad((a) => tf.neg(tf.mean(tf.exp(a))) as Scalar)(x!) }),
      shapes,
    );
    expect(nodesOf(before)).toMatchInlineSnapshot(`
      "  %0: f32[15, 2] = Exp(x)
        %1: f32[] = ReduceMean(%0, axes=[0, 1], keepdims=0)
        %2: f32[] = Neg(%1)
        %3: f32[] = Neg(1)
        %4: f32[1, 1] = Reshape(%3, i64[2]{1 1})
        %5: f32[15, 2] = Mul(%4, f32[15, 2]{1 1 1 1 1 1 …})
        %6: f32[15, 2] = Div(%5, 30)
        %7: f32[15, 2] = Mul(%6, %0)
      outputs
        y = %7"
    `);
    expect(nodesOf(after)).toMatchInlineSnapshot(`
      "  %0: f32[15, 2] = Exp(x)
        %1: f32[15, 2] = Mul(-0.03333333507180214, %0)
      outputs
        y = %1"
    `);
  });

  it('hands scalars to operators that spread them, and keeps tensors where their shape matters', async () => {
    const { after } = await rewritten(
      foldConstants,
      ({ x }) => ({
        sum: tf.add(x!, tf.fill([15, 2], 3)),
        row: tf.sub(tf.fill([2], -0), x!),
        over: tf.maximum(x!, tf.fill([15, 1], 1)),
        spread: tf.mul(tf.slice(x!, [0, 0], [1, 2]), tf.fill([15, 2], 2)),
        joined: tf.concat([x!, tf.fill([1, 2], 4)], 0),
      }),
      shapes,
    );
    expect(nodesOf(after)).toMatchInlineSnapshot(`
      "  %0: f32[15, 2] = Add(x, 3)
        %1: f32[15, 2] = Sub(0, x)
        %2: f32[15, 2] = Max(x, 1)
        %3: f32[1, 2] = Slice(x, i64[2]{0 0}, i64[2]{1 2})
        %4: f32[15, 2] = Mul(%3, f32[15, 2]{2 2 2 2 2 2 …})
        %5: f32[16, 2] = Concat(x, f32[1, 2]{4 4}, axis=0)
      outputs
        sum = %0
        row = %1
        over = %2
        spread = %4
        joined = %5"
    `);
  });

  it('reshapes constants of any numbers and types', async () => {
    const { after } = await rewritten(
      foldConstants,
      ({ x }) => ({
        y: tf.mul(x!, tf.reshape(tf.tensor1d([5, 6]), [1, 2])),
        z: tf.reshape(tf.tensor1d([1, 2, 3, 4], 'int32'), [2, 2]),
        w: tf.logicalNot(tf.reshape(tf.tensor1d([true, false], 'bool'), [1, 2])),
      }),
      shapes,
    );
    expect(after.nodes.map(({ operator }) => operator)).not.toContain('Reshape');
  });

  it('leaves alone nodes that depend on an input, other operators, other types and results that would grow', async () => {
    const { after } = await rewritten(
      foldConstants,
      ({ x }) => ({
        a: tf.neg(tf.reshape(x!, [30])),
        b: tf.exp(tf.scalar(1)),
        c: tf.add(tf.scalar(1, 'int32'), tf.scalar(2, 'int32')),
        d: tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4])),
        e: tf.broadcastTo(tf.scalar(7), [100, 100]),
        f: tf.add(tf.fill([100, 1], 1), tf.fill([1, 100], 2)),
      }),
      shapes,
    );
    const operators = after.nodes.map(({ operator }) => operator);
    expect(operators).toEqual(['Reshape', 'Neg', 'Exp', 'Add', 'Add', 'Tile', 'Add']);
    expect(Math.max(...after.constants.map(({ data }) => data.length))).toBe(100);
  });

  it('knows the number of a tensor that is not worth storing', async () => {
    const { after } = await rewritten(
      foldConstants,
      ({ x }) => ({ y: tf.mul(x!, tf.neg(tf.broadcastTo(tf.scalar(7), [15, 2]))) }),
      shapes,
    );
    expect(nodesOf(after)).toMatchInlineSnapshot(`
      "  %0: f32[15, 2] = Mul(x, -7)
      outputs
        y = %0"
    `);
  });

  it('computes the same as ONNX Runtime, bit for bit', async () => {
    const numbers = fc.float({ noDefaultInfinity: false, noNaN: false });
    await fc.assert(
      fc.asyncProperty(fc.tuple(numbers, numbers), async ([a, b]) => {
        const ways = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div };
        const folded = foldConstants(
          traceGraph(
            () =>
              Object.fromEntries(
                Object.entries(ways).map(([name, of]) => [name, of(tf.fill([3], a), tf.fill([3], b))]),
              ),
            {},
          ),
        );
        const computed = traceGraph(
          ({ c, d }) => Object.fromEntries(Object.entries(ways).map(([name, of]) => [name, of(c!, d!)])),
          { c: [1], d: [1] },
        );
        expect(folded.nodes).toEqual([]);
        const executable = await Executable.create(computed, { threads: 1 });
        const results = await executable.run({ c: Float32Array.of(a), d: Float32Array.of(b) });
        await executable.dispose();
        for (const [name, values] of Object.entries(await resultsOf(folded, false)))
          expect([name, values]).toEqual([name, new Array(3).fill(results[name]![0])]);
      }),
      { numRuns: 40 },
    );
  });
});
