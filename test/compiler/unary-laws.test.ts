// Every function of one number that can be recorded: accuracy, range and monotonicity at 200,000 numbers each.
import { compile } from '@flowvae/compiler';
import { type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { unaryFunctions } from '../../packages/compiler/src/lowerings/unary.ts';

type OneNumber = (x: number) => number;

interface UnaryRow {
  readonly fn: (x: Tensor) => Tensor;
  /** In float64, where TensorFlow.js's own kernel is less exact than ours. Default: TensorFlow.js's cpu backend. */
  readonly exact?: OneNumber;
  /** Largest distance to that in units of the last place. */
  readonly ulps: number;
  readonly range: readonly [number, number];
  /** The function grows everywhere, apart from this many units of the last place between neighbouring numbers. */
  readonly grows?: { readonly slack: number };
}

const everything = [-Infinity, Infinity] as const;
const above = (least: number) => [least, Infinity] as const;
const strictly = { slack: 0 };
const { SELU_SCALE, SELU_SCALEALPHA } = tf.backend_util;

/** erf(x) = 2/√π·Σ (−1)ⁿx²ⁿ⁺¹/(n!(2n + 1)) near 0, and by the continued fraction of erfc beyond 2. */
const erf: OneNumber = (x) => {
  if (Math.abs(x) > 2) {
    let fraction = 0;
    for (let n = 60; n > 0; n--) fraction = n / 2 / (Math.abs(x) + fraction);
    return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (Math.abs(x) + fraction)));
  }
  let [term, sum] = [x, x];
  for (let n = 1; n < 40; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};

const rows: Readonly<Partial<Record<keyof typeof unaryFunctions, UnaryRow>>> = {
  Abs: { fn: tf.abs, ulps: 0, range: above(0) },
  Acos: { fn: tf.acos, ulps: 4, range: [0, Math.fround(Math.PI)] },
  Acosh: { fn: tf.acosh, ulps: 2, range: above(0), grows: strictly },
  Asin: { fn: tf.asin, ulps: 4, range: [-Math.fround(Math.PI / 2), Math.fround(Math.PI / 2)], grows: strictly },
  Asinh: { fn: tf.asinh, ulps: 2, range: everything, grows: strictly },
  Atan: { fn: tf.atan, ulps: 3, range: [-Math.fround(Math.PI / 2), Math.fround(Math.PI / 2)], grows: strictly },
  Atanh: { fn: tf.atanh, ulps: 2, range: everything, grows: strictly },
  Ceil: { fn: tf.ceil, ulps: 0, range: everything, grows: strictly },
  Cos: { fn: tf.cos, ulps: 2, range: [-1, 1] },
  Cosh: { fn: tf.cosh, ulps: 1, range: above(1) },
  Elu: { fn: tf.elu, exact: (x) => (x > 0 ? x : Math.expm1(x)), ulps: 6, range: above(-1), grows: { slack: 6 } },
  Erf: { fn: tf.erf, exact: erf, ulps: 4, range: [-1, 1], grows: { slack: 2 } },
  Exp: { fn: tf.exp, ulps: 1, range: above(0), grows: strictly },
  Expm1: { fn: tf.expm1, ulps: 6, range: above(-1), grows: { slack: 6 } },
  Floor: { fn: tf.floor, ulps: 0, range: everything, grows: strictly },
  LeakyRelu: { fn: (x) => tf.leakyRelu(x, 0.25), ulps: 0, range: everything, grows: strictly },
  Log: { fn: tf.log, ulps: 3, range: everything, grows: { slack: 1 } },
  Log1p: { fn: tf.log1p, ulps: 3, range: everything, grows: { slack: 1 } },
  Neg: { fn: tf.neg, ulps: 0, range: everything },
  Reciprocal: { fn: tf.reciprocal, ulps: 0, range: everything },
  Relu: { fn: tf.relu, ulps: 0, range: above(0), grows: strictly },
  Relu6: { fn: tf.relu6, ulps: 0, range: [0, 6], grows: strictly },
  Round: { fn: tf.round, ulps: 0, range: everything, grows: strictly },
  Rsqrt: { fn: tf.rsqrt, ulps: 1, range: above(0) },
  Selu: {
    fn: tf.selu,
    exact: (x) => (x > 0 ? SELU_SCALE * x : SELU_SCALEALPHA * Math.expm1(x)),
    ulps: 6,
    range: above(-Math.fround(SELU_SCALEALPHA)),
    grows: { slack: 6 },
  },
  Sigmoid: { fn: tf.sigmoid, ulps: 2, range: [0, 1], grows: strictly },
  Sign: { fn: tf.sign, ulps: 0, range: [-1, 1], grows: strictly },
  Sin: { fn: tf.sin, ulps: 2, range: [-1, 1] },
  Sinh: { fn: tf.sinh, ulps: 2, range: everything, grows: strictly },
  Softplus: {
    fn: tf.softplus,
    exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    ulps: 4,
    range: above(0),
    grows: { slack: 2 },
  },
  Sqrt: { fn: tf.sqrt, ulps: 0, range: above(0), grows: strictly },
  Square: { fn: tf.square, ulps: 0, range: above(0) },
  Step: { fn: (x) => tf.step(x, 0), ulps: 0, range: [0, 1], grows: strictly },
  Tan: { fn: tf.tan, ulps: 2, range: everything },
  Tanh: { fn: tf.tanh, ulps: 5, range: [-1, 1], grows: { slack: 6 } },
};

/** Functions that have no row, and why. */
const left: Readonly<Partial<Record<keyof typeof unaryFunctions, string>>> = {
  EluGrad: 'two arguments: min(y, 0) + 1 by a gradient',
  IsFinite: 'a question, not a number',
  IsInf: 'a question, not a number',
  IsNan: 'a question, not a number',
  Prelu: 'two arguments: as leaky relu',
};

/**
 * Sorted: from −20 to 20, where tanh and its like end, and powers of two from the smallest normal number to the
 * largest.
 */
const points = Float32Array.from([
  ...spread(100_000, (at) => -20 + 40 * at),
  ...spread(20_000, (at) => 8 + 1.5 * at),
  ...spread(20_000, (at) => -9.5 + 1.5 * at),
  ...spread(30_000, (at) => 2 ** (-126 + 253.9 * at)),
  ...spread(30_000, (at) => -(2 ** (-126 + 253.9 * at))),
]).sort();

function* spread(count: number, at: (fraction: number) => number) {
  for (let i = 0; i < count; i++) yield at(i / (count - 1));
}

/** Float32 numbers in order as whole numbers: neighbours differ by 1, and 0 and −0 are one. */
const placesOf = (numbers: Float32Array): Int32Array =>
  new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length).map((bits) =>
    bits < 0 ? -(bits & 0x7fffffff) : bits,
  );

/** Below this an intermediate result may be subnormal, which ONNX Runtime may take for 0. */
const SMALLEST = 2 ** -118;

async function compiled(fn: UnaryRow['fn'], x: Float32Array): Promise<Float32Array> {
  const whole = compile(({ x }) => ({ y: fn(x!) }));
  const { y } = await (await whole.specialise({ x: [x.length] })).run({ x });
  await whole.dispose();
  return y!;
}

const eager = (fn: UnaryRow['fn'], x: Float32Array) => tf.tidy(() => fn(tf.tensor1d(x)).dataSync<'float32'>());

/** Findings about a function's numbers, in words for a failed test. */
function findings({ exact, range, grows, fn }: UnaryRow, y: Float32Array) {
  const right = exact ? points.map((x) => exact(x)) : eager(fn, points);
  const found = { ulps: 0, falls: 0, outside: 0, otherNaN: 0 };
  const [places, wanted] = [placesOf(y), placesOf(right)];
  const isSmall = (x: number) => Math.abs(x) < SMALLEST;
  for (let i = 0; i < y.length; i++) {
    const value = y[i]!;
    if (Number.isNaN(value) || Number.isNaN(right[i]!)) {
      if (Number.isNaN(value) !== Number.isNaN(right[i]!)) found.otherNaN++;
      continue;
    }
    if (value < range[0] || value > range[1]) found.outside++;
    if (isSmall(value) && isSmall(right[i]!)) continue;
    found.ulps = Math.max(found.ulps, Math.abs(places[i]! - wanted[i]!));
    if (grows && y[i - 1]! > value) found.falls = Math.max(found.falls, places[i - 1]! - places[i]!);
  }
  return found;
}

describe.each(Object.entries(rows))('%s', (_, row) => {
  it('is accurate, in its range, and grows where it should', async () => {
    const { ulps, falls, ...others } = findings(row, await compiled(row.fn, points));
    expect(others).toEqual({ outside: 0, otherNaN: 0 });
    expect(ulps).toBeLessThanOrEqual(row.ulps);
    expect(falls).toBeLessThanOrEqual(row.grows?.slack ?? 0);
  });
});

describe('the place of a number in a tensor', () => {
  const LENGTH = 41; // whole vectors of any width, and a rest that is computed number by number
  const numbers = Float32Array.from(spread(60, (at) => 0.03 + 14 * at));

  /** How many units of the last place equal numbers of one tensor come out apart. */
  async function spreadOver({ fn }: UnaryRow): Promise<number> {
    const stacked = Float32Array.from({ length: numbers.length * LENGTH }, (_, i) => numbers[Math.floor(i / LENGTH)]!);
    const whole = compile(({ x }) => ({ y: fn(x!) }));
    const run = await whole.specialise({ x: [LENGTH] });
    let most = 0;
    for (let at = 0; at < stacked.length; at += LENGTH) {
      const { y } = await run.run({ x: stacked.slice(at, at + LENGTH) });
      const places = placesOf(y!.filter((value) => !Number.isNaN(value))); // NaN has many bytes
      if (places.length > 0) most = Math.max(most, Math.max(...places) - Math.min(...places));
    }
    await whole.dispose();
    return most;
  }

  it.each(Object.entries(rows))('changes %s by two units of the last place at most', async (_, row) => {
    expect(await spreadOver(row)).toBeLessThanOrEqual(2);
  });

  it('does change Log: equal numbers of different rows need not have equal bytes', async () => {
    expect(await spreadOver(rows.Log!)).toBeGreaterThan(0);
  });
});

it('every function has a row, or a reason', () => {
  expect([...Object.keys(rows), ...Object.keys(left)].toSorted()).toEqual(Object.keys(unaryFunctions).toSorted());
});

it('a tanh beyond 1, a wrong number and a fall are noticed', () => {
  const y = eager(tf.tanh, points);
  const at = points.findIndex((x) => x >= 9);
  const wrong = (value: number) =>
    findings(
      rows.Tanh!,
      y.map((right, i) => (i === at ? value : right)),
    );
  expect(wrong(y[at]!)).toEqual({ ulps: 0, falls: 0, outside: 0, otherNaN: 0 });
  expect(wrong(1.0000001192092896).outside).toBe(1);
  expect(wrong(0.9999).ulps).toBeGreaterThan(1000);
  expect(wrong(0.9999).falls).toBeGreaterThan(1000);
  expect(wrong(Number.NaN).otherNaN).toBe(1);
});

describe.each(['compiled', 'on the backend'])('a function, %s,', (way) => {
  const x = Float32Array.from(spread(100_001, (at) => 8 + 1.2 * at));
  const numbers = async (fn: UnaryRow['fn']) => {
    if (way === 'compiled') return compiled(fn, x);
    await tf.setBackend('onnxruntime');
    try {
      return eager(fn, x);
    } finally {
      await tf.setBackend('cpu');
    }
  };

  it.each<[string, UnaryRow['fn']]>([
    ['log(1 − tanh²)', (value) => tf.log(tf.sub(1, tf.square(tf.tanh(value))))],
    ['atanh(tanh)', (value) => tf.atanh(tf.tanh(value))],
    ['acos(tanh)', (value) => tf.acos(tf.tanh(value))],
    ['log1p(expm1(−2x))', (value) => tf.log1p(tf.expm1(tf.mul(value, -2)))],
    ['log1p(elu(−2x))', (value) => tf.log1p(tf.elu(tf.mul(value, -2)))],
    ['√ of the gradient of tanh', (value) => tf.sqrt(tf.grad((v: Tensor) => tf.tanh(v))(value))],
  ])('such as %s is never NaN', async (_, fn) => {
    expect((await numbers(fn)).filter(Number.isNaN)).toHaveLength(0);
  });
});
