// Pieces of joined tensors, and tensors joined from their own pieces.
import type { Graph, Traceable } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { foldPieces } from '../../../packages/compiler/src/passes/pieces.ts';
import { nodesOf, rewritten } from './equal-results.ts';

const shapes = { x: [3, 2], y: [3, 5] };
const operators = (graph: Graph) => graph.nodes.map(({ operator }) => operator);

describe('foldPieces', () => {
  it('takes the parts themselves where a split cuts at the joints', async () => {
    const { before, after } = await rewritten(
      foldPieces,
      ({ x, y }) => {
        const [a, b] = tf.split(tf.concat([x!, tf.neg(y!)], 1), [2, 5], 1);
        return { a: tf.exp(a!), b: b! };
      },
      shapes,
    );
    expect(nodesOf(before)).toMatchInlineSnapshot(`
      "  %0: f32[3, 5] = Neg(y)
        %1: f32[3, 7] = Concat(x, %0, axis=1)
        %2: f32[3, 2], %3: f32[3, 5] = Split(%1, i64[2]{2 5}, axis=1)
        %4: f32[3, 2] = Exp(%2)
      outputs
        a = %4
        b = %3"
    `);
    expect(nodesOf(after)).toMatchInlineSnapshot(`
      "  %0: f32[3, 5] = Neg(y)
        %1: f32[3, 2] = Exp(x)
      outputs
        a = %1
        b = %0"
    `);
  });

  it.each<[string, Traceable, string[]]>([
    ['all pieces joined again', ({ y }) => ({ z: tf.neg(tf.concat(tf.split(y!, [1, 3, 1], 1), 1)) }), ['Neg']],
    [
      'a part cut out of a joined tensor',
      ({ x, y }) => ({ z: tf.neg(tf.slice(tf.concat([y!, x!, y!], 1), [0, 5], [-1, 2])) }),
      ['Neg'],
    ],
    ['a slice of everything', ({ x }) => ({ z: tf.neg(tf.slice(x!, [0, 0], [3, 2])) }), ['Neg']],
  ])('folds %s', async (_, fn, left) => {
    expect(operators((await rewritten(foldPieces, fn, shapes)).after)).toEqual(left);
  });

  it.each<[string, Traceable]>([
    ['cuts beside the joints', ({ x, y }) => ({ z: tf.split(tf.concat([x!, y!], 1), [5, 2], 1)[0]! })],
    ['cuts along another axis', ({ x, y }) => ({ z: tf.split(tf.concat([x!, y!], 1), [1, 2], 0)[1]! })],
    ['pieces in another order', ({ y }) => ({ z: tf.concat(tf.split(y!, [2, 2, 1], 1).toReversed(), 1) })],
    ['some of the pieces', ({ y }) => ({ z: tf.concat(tf.split(y!, [2, 2, 1], 1).slice(0, 2), 1) })],
    ['a piece twice', ({ y }) => ({ z: tf.concat(tf.split(y!, [2, 2, 1], 1).with(1, tf.neg(y!)), 1) })],
    [
      'pieces joined along another axis',
      ({ y }) => ({ z: tf.concat(tf.split(tf.slice(y!, [0, 0], [-1, 4]), 2, 1), 0) }),
    ],
    ['a slice across a joint', ({ x, y }) => ({ z: tf.slice(tf.concat([x!, y!], 1), [0, 1], [-1, 5]) })],
    ['a slice of another start', ({ x, y }) => ({ z: tf.slice(tf.concat([x!, y!], 1), [0, 1], [-1, 2]) })],
    ['a slice of both axes', ({ x, y }) => ({ z: tf.slice(tf.concat([x!, y!], 1), [1, 0], [2, 2]) })],
    ['a slice of a reversed tensor', ({ x }) => ({ z: tf.reverse(x!, 0) })],
  ])('leaves %s alone', async (_, fn) => {
    const { before, after } = await rewritten(foldPieces, fn, shapes);
    expect(operators(after)).toEqual(operators(before));
  });
});
