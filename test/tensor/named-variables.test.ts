// Trees of parameters: paths as names, in the order of construction.
import { parameterCount, tf, underPrefixes } from '@flowvae/tensor';
import { afterAll, describe, expect, it } from 'vitest';

const [kernel, bias, scale] = [tf.variable(tf.zeros([2, 3])), tf.variable(tf.zeros([3])), tf.variable(tf.scalar(1))];
afterAll(() => tf.dispose([kernel, bias, scale]));

describe('underPrefixes', () => {
  it('joins the paths of parts, in their order', () => {
    const tree = underPrefixes({ encoder: { 'hidden/kernel': kernel, 'hidden/bias': bias }, decoder: { scale } });
    expect(Object.keys(tree)).toEqual(['encoder/hidden/kernel', 'encoder/hidden/bias', 'decoder/scale']);
    expect(tree['decoder/scale']).toBe(scale);
  });

  it('makes nothing of no parts', () => {
    expect(underPrefixes({})).toEqual({});
    expect(underPrefixes({ flow: {} })).toEqual({});
  });
});

describe('parameterCount', () => {
  it('counts scalars, not variables', () => {
    expect(parameterCount({ kernel, bias, scale })).toBe(6 + 3 + 1);
    expect(parameterCount({})).toBe(0);
  });
});
