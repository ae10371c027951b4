// Signs and neutral elements: bit for bit on NaN, infinities and −0, and nothing that holds for real numbers only.
import type { Graph, Traceable } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { type Pass, rewrite } from '../../../packages/compiler/src/passes/rewrite.ts';
import { foldSigns } from '../../../packages/compiler/src/passes/signs.ts';
import { nodesOf, rewritten } from './equal-results.ts';

const shapes = { x: [15, 15], y: [15, 15] };
const operators = (graph: Graph) => graph.nodes.map(({ operator }) => operator);

describe('foldSigns', () => {
  it('subtracts instead of adding a negative', async () => {
    const { before, after } = await rewritten(
      foldSigns,
      ({ x, y }) => ({ a: tf.add(x!, tf.neg(y!)), b: tf.add(tf.neg(x!), y!), c: tf.sub(x!, tf.neg(y!)) }),
      shapes,
    );
    expect(nodesOf(before)).toMatchInlineSnapshot(`
      "  %0: f32[15, 15] = Neg(y)
        %1: f32[15, 15] = Add(x, %0)
        %2: f32[15, 15] = Neg(x)
        %3: f32[15, 15] = Add(%2, y)
        %4: f32[15, 15] = Neg(y)
        %5: f32[15, 15] = Sub(x, %4)
      outputs
        a = %1
        b = %3
        c = %5"
    `);
    expect(nodesOf(after)).toMatchInlineSnapshot(`
      "  %0: f32[15, 15] = Sub(x, y)
        %1: f32[15, 15] = Sub(y, x)
        %2: f32[15, 15] = Add(x, y)
      outputs
        a = %0
        b = %1
        c = %2"
    `);
  });

  it.each<[string, Traceable, string[]]>([
    ['a negative twice', ({ x }) => ({ z: tf.exp(tf.neg(tf.neg(x!))) }), ['Exp']],
    ['a negative three times', ({ x }) => ({ z: tf.neg(tf.neg(tf.neg(x!))) }), ['Neg']],
    ['the magnitude of a negative', ({ x }) => ({ z: tf.abs(tf.neg(x!)) }), ['Abs']],
    ['a product of negatives', ({ x, y }) => ({ z: tf.mul(tf.neg(x!), tf.neg(y!)) }), ['Mul']],
    ['a sum of negatives', ({ x, y }) => ({ z: tf.add(tf.neg(x!), tf.neg(y!)) }), ['Neg', 'Sub']],
    ['x + (−0)', ({ x }) => ({ z: tf.exp(tf.add(x!, -0)) }), ['Exp']],
    ['x − 0', ({ x }) => ({ z: tf.exp(tf.sub(x!, 0)) }), ['Exp']],
    ['x/1', ({ x }) => ({ z: tf.exp(tf.div(x!, 1)) }), ['Exp']],
  ])('folds %s', async (_, fn, left) => {
    expect(operators((await rewritten(foldSigns, fn, shapes)).after)).toEqual(left);
  });

  it.each<[string, Traceable]>([
    ['x + 0', ({ x }) => ({ z: tf.add(x!, 0) })],
    ['x − (−0)', ({ x }) => ({ z: tf.sub(x!, -0) })],
    ['0 − x', ({ x }) => ({ z: tf.sub(0, x!) })],
    ['1/x', ({ x }) => ({ z: tf.div(1, x!) })],
    ['x/2', ({ x }) => ({ z: tf.div(x!, 2) })],
    ['0·x', ({ x }) => ({ z: tf.mul(x!, 0) })],
    ['x − x', ({ x }) => ({ z: tf.sub(x!, x!) })],
    ['−(x − y)', ({ x, y }) => ({ z: tf.neg(tf.sub(x!, y!)) })],
    ['a product with one negative', ({ x, y }) => ({ z: tf.mul(tf.neg(x!), y!) })],
    ['(1 + x) − 1', ({ x }) => ({ z: tf.sub(tf.add(1, x!), 1) })],
    ['x − 0 that spreads x', ({ x }) => ({ z: tf.sub(tf.slice(x!, [0, 0], [1, -1]), tf.zeros([15, 1])) })],
    ['the sign of integers', ({ x }) => ({ z: tf.add(tf.cast(tf.sign(x!), 'int32'), tf.scalar(0, 'int32')) })],
  ])('leaves %s alone', async (_, fn) => {
    const { before, after } = await rewritten(foldSigns, fn, shapes);
    expect(operators(after)).toEqual(operators(before));
  });

  it.each<[string, Pass, Traceable]>([
    ['x + 0 = x', (graph) => dropping(graph, 'Add'), ({ x }) => ({ z: tf.add(x!, 0) })],
    ['x·0 = 0', (graph) => dropping(graph, 'Mul', 1), ({ x }) => ({ z: tf.mul(x!, tf.zeros([15, 15])) })],
    ['x − (−0) = x', (graph) => dropping(graph, 'Sub'), ({ x }) => ({ z: tf.sub(x!, -0) })],
  ])('would be caught at %s', async (_, wrong, fn) => {
    await expect(rewritten(wrong, fn, shapes)).rejects.toThrow('to deeply equal');
  });
});

/** A wrong rule: an operator's result is its operand. */
const dropping = (graph: Graph, operator: string, operand = 0): Graph =>
  rewrite(graph, (node) => (node.operator === operator ? { replaceBy: [node.inputs[operand]!] } : { keep: node }));
