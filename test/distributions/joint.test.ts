// Parts side by side: the noise that each takes, and their draws and densities by hand.
import { bernoulli, gaussian, joint } from '@flowvae/distributions';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { eager } from '../laws/evaluation.ts';

const parts = () => [
  { p: gaussian({ mean: tf.tensor2d([[1, 2]]), logStd: tf.zeros([1, 1]) as Tensor2D }), width: 2 },
  { p: bernoulli({ logits: tf.tensor2d([[0, 0, 0]]) }), width: 3 },
  { p: gaussian({ mean: tf.tensor2d([[3]]), logStd: tf.zeros([1, 1]) as Tensor2D }), width: 1 },
];

it('joint gives each part its own noise: two normal numbers for each uniform one', () => {
  const { z, mean } = eager(() => {
    const p = joint(parts(), { rows: 1 });
    expect(p.noise).toEqual({ kind: 'normal', width: 2 + 2 * 3 + 1 });
    // exp(−½(a² + b²)) for (0, 0.1), (2, 0.1) and (0.1, 2): 0.995, 0.13 and 0.13
    return { z: p.sampleAndLogProb(tf.tensor2d([[10, 20, 0, 2, 0.1, 0.1, 0.1, 2, 30]])).z, mean: p.mean() };
  }, {});
  const ofBits = Array.from(z!.subarray(2, 5));
  expect([z![0], z![1], z![5]]).toEqual([11, 22, 33]);
  expect(ofBits[0]).not.toBe(ofBits[1]);
  expect(ofBits[1]).toBe(ofBits[2]);
  expect([...mean!]).toEqual([1, 2, 0.5, 0.5, 0.5, 3]);
});

it('joint adds log-densities, and has one for each value', () => {
  const x = [1, 3, 0, 1, 1, 3];
  const { sum, each, own } = eager(() => {
    const p = joint(parts(), { rows: 1 });
    const at = tf.tensor2d([x]);
    return { sum: p.logProb(at), each: p.logProbOfEach(at), own: p.detached().logProb(at) };
  }, {});
  const constant = -0.5 * Math.log(2 * Math.PI);
  const exact = [constant, constant - 0.5, -Math.LN2, -Math.LN2, -Math.LN2, constant];
  for (const [i, value] of exact.entries()) expect(each![i]).toBeCloseTo(value, 5);
  expect(sum![0]).toBeCloseTo(
    exact.reduce((a, b) => a + b),
    5,
  );
  expect(own).toEqual(sum);
});

it('joint without a part is refused by its name', () => {
  expect(() => joint([], { rows: 1 })).toThrow('joint: expected at least one part, got none');
  expect(() => joint([], { rows: 1, name: 'mine' })).toThrow('mine: expected at least one part, got none');
});
