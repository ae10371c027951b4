// Flows that start from data: activation normalisations inside chains, turned round, and behind factored channels.
import {
  actnorm,
  affine,
  chain,
  factorOut,
  type InvertibleFlow,
  imageActnorm,
  invert,
  type ParamShapes,
  type ParamValues,
  parseInvertibleFlow,
  permutation,
  squeeze,
} from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

const [ROWS, DIM] = [40, 16];

/** Points of mean 3 and deviation 2, numbers of a row in one tensor. */
const points = () =>
  tf.tensor2d(
    drawNormal(key(1), ROWS * DIM).map((value) => 3 + 2 * value),
    [ROWS, DIM],
  );

const paramsOf = ({ paramShapes }: InvertibleFlow, values: ParamValues<ParamShapes>) =>
  Object.fromEntries(
    Object.entries(paramShapes).map(([name, shape]) => [name, tf.tensor(values[name]!, [1, ...shape])]),
  );

/** The largest distances of the columns' means from 0 and of their variances from 1. */
function apart(z: Tensor2D): readonly number[] {
  const { mean, variance } = tf.moments(z, 0);
  const largest = (x: typeof mean) => tf.max(tf.abs(x)).arraySync() as number;
  return [largest(mean), largest(tf.sub(variance, 1))];
}

const norm = imageActnorm([2, 2, 4]);
const shifted = {
  'affine then actnorm': chain([affine(DIM), actnorm(DIM)]),
  'a permutation first': chain([permutation(DIM), actnorm(DIM), permutation(DIM)]),
};

it.each(Object.entries(shifted))('%s, started by the points that it takes, leaves them normal', (_, flow) => {
  tf.tidy(() => {
    const z = points();
    const values = flow.startFrom!(key(2), z);
    for (const distance of apart(flow.forward(paramsOf(flow, values), z).y)) expect(distance).toBeLessThan(1e-4);
    expect(flow.initialParamsFrom).toBeUndefined();
    // turned round, the same values by the points that it gives
    const turned = invert(flow);
    expect(turned.initialParamsFrom!(key(2), z)).toEqual(values);
    expect(turned.startFrom).toBeUndefined();
    expect(invert(turned).startFrom!(key(2), z)).toEqual(values);
  });
});

it('a chain reads the points that it gives from its last link on', () => {
  const flow = chain([invert(actnorm(DIM)), permutation(DIM), invert(actnorm(DIM))]);
  tf.tidy(() => {
    const values = flow.initialParamsFrom!(key(2), points());
    for (const distance of apart(flow.inverse(paramsOf(flow, values), points()).z)) expect(distance).toBeLessThan(1e-4);
    expect([...values['0.logScale']!].every((value) => Math.abs(value) < 1e-4)).toBe(true); // nothing is left to it
    expect(values['2.shift']!.every((value) => Math.abs(value + 3) < 2)).toBe(true);
  });
});

it('layers of pictures start in a chain, and behind factored channels, as in glow', () => {
  const whole = chain([squeeze([4, 4, 1]), norm, factorOut([2, 2, 4], imageActnorm([2, 2, 2]))]);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const values = whole.startFrom!(key(2), points());
    const z = tf.reshape(whole.forward(paramsOf(whole, values), points()).y, [ROWS, DIM]) as Tensor2D;
    const { mean, variance } = tf.moments(z);
    expect(mean.arraySync()).toBeCloseTo(0, 4);
    expect(variance.arraySync()).toBeCloseTo(1, 3);
    expect(values['1.shift']!.every((value) => value < -2)).toBe(true);
  });
  expect(tf.memory().numTensors).toBe(before);
});

it('a flow without such layers does not start from data', () => {
  const flow = parseInvertibleFlow('realnvp*2', DIM);
  expect([flow.startFrom, flow.initialParamsFrom, invert(flow).startFrom]).toEqual([undefined, undefined, undefined]);
});
