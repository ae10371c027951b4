// softplus and log1p keep their relative accuracy in both tails; the naive composition does not.
import { compile } from '@flowvae/compiler';
import { type Tensor, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

type Numbers = (x: number) => number;

const softplus: Numbers = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The largest relative error of a compiled function against float64. */
async function worst(fn: (x: Tensor) => Tensor, exact: Numbers, xs: Float32Array): Promise<number> {
  const compiled = compile(({ x }) => ({ y: fn(x!) }));
  const { y } = await (await compiled.specialise({ x: [xs.length] })).run({ x: xs });
  await compiled.dispose();
  return xs.reduce((most, x, i) => Math.max(most, Math.abs(y![i]! - exact(x)) / Math.abs(exact(x))), 0);
}

const whole = Float32Array.from({ length: 20_001 }, (_, i) => -87 + (i * 175) / 20_000);
const small = Float32Array.from({ length: 6001 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (-30 + i / 200)).filter(
  (x) => x > -0.999,
);

it('softplus is within 3e-7 of float64, relatively, from −87 to 88', async () => {
  expect(await worst(tf.softplus, softplus, whole)).toBeLessThan(3e-7);
});

it('log1p is within 3e-7 of float64, relatively, for |x| from 1e-30 to 1', async () => {
  expect(await worst(tf.log1p, Math.log1p, small)).toBeLessThan(3e-7);
});

it('relu(x) + log(1 + exp(−|x|)) would fail: it is 0 from −17 down', async () => {
  const naive = (x: Tensor) => tf.add(tf.relu(x), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x))))));
  expect(await worst(naive, softplus, whole)).toBe(1);
  expect(
    await worst(
      naive,
      softplus,
      whole.filter((x) => x > -10),
    ),
  ).toBeGreaterThan(3e-4);
});

it('log(1 + x) would fail', async () => {
  expect(await worst((x) => tf.log(tf.add(1, x)), Math.log1p, small)).toBeGreaterThan(0.9);
});

const sigmoid: Numbers = (x) => 1 / (1 + Math.exp(-x));

it('sigmoid, and with it the gradient of softplus, is within 3e-7 of float64, relatively, from −87 to 88', async () => {
  expect(await worst(tf.sigmoid, sigmoid, whole)).toBeLessThan(3e-7);
  expect(await worst((x) => tf.grad(tf.softplus)(x), sigmoid, whole)).toBeLessThan(3e-7);
});

it('log1p is right at its ends', async () => {
  const ends = Float32Array.of(-1, Number.POSITIVE_INFINITY, Number.NaN);
  const run = await compile(({ x }) => ({ y: tf.log1p(x!) })).specialise({ x: [3] });
  expect([...(await run.run({ x: ends })).y!]).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ]);
});

const elu: Numbers = (x) => (x >= 0 ? x : Math.expm1(x));
const selu: Numbers = (x) => tf.backend_util.SELU_SCALE * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x));

it.each([
  ['elu', tf.elu, elu],
  ['selu', tf.selu, selu],
] as const)(
  '%s is within 1e-6 of float64, relatively, from −87 to 88 and for |x| from 1e-30 to 1',
  async (_, fn, exact) => {
    expect(await worst(fn, exact, whole)).toBeLessThan(1e-6);
    expect(await worst(fn, exact, small)).toBeLessThan(1e-6);
  },
);
