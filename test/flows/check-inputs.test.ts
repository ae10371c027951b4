// The points and parameters at which the public checker looks at a flow, and the calls that evaluate many of them.
import type { Flow } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import {
  concatenated,
  drawParams,
  drawPoints,
  evaluate,
  type Inputs,
  initialParams,
  repeatRows,
  type ShapedArray,
} from '../../packages/flows/src/check/drawn-inputs.ts';
import { evaluateEach, isNarrow, type Stacking, stacked } from '../../packages/flows/src/check/stacked-inputs.ts';

const flow = {
  paramShapes: { a: [2, 3], s: [4] },
  shared: ['s'],
  initialParams: () => ({ a: new Float32Array(6).fill(7), s: new Float32Array(4) }),
} as unknown as Flow;

const numbers = (shape: readonly number[], first = 1): ShapedArray => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => first + i),
});

describe('drawParams', () => {
  it('has one row for each point, one row for what the flow shares, and one row by default', () => {
    const shapes = (drawn: Inputs) => Object.values(drawn).map(({ shape }) => shape);
    expect(shapes(drawParams(flow, { scale: 1, rows: 5 }, key(1)))).toEqual([
      [5, 2, 3],
      [1, 4],
    ]);
    expect(shapes(drawParams(flow, { scale: 1 }, key(1)))).toEqual([
      [1, 2, 3],
      [1, 4],
    ]);
  });

  it('draws normal numbers of the standard deviation asked for, other ones for each name', () => {
    const { a, s } = drawParams(flow, { scale: 4, rows: 5 }, key(1));
    expect(a!.values).toEqual(drawNormal(fold(key(1), 'param', 'a'), 30).map((value) => 4 * value));
    expect(s!.values).toEqual(drawNormal(fold(key(1), 'param', 's'), 4).map((value) => 4 * value));
  });

  it('mixed: one factor for each parameter, log-uniform from a thirtieth', () => {
    const logs = Array.from({ length: 400 }, (_, i) => {
      const [plain, mixed] = [false, true].map(
        (isMixed) => drawParams(flow, { scale: 1, mixed: isMixed }, key(i)).a!.values,
      );
      const factors = Array.from(plain!, (value, at) => mixed![at]! / value);
      for (const factor of factors) expect(factor / factors[0]!).toBeCloseTo(1, 5);
      return Math.log(factors[0]!) / Math.log(30);
    });
    expect(Math.max(...logs)).toBeLessThanOrEqual(0);
    expect(Math.min(...logs)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...logs) - Math.min(...logs)).toBeGreaterThan(0.97);
    expect(logs.reduce((sum, value) => sum + value / 400, 0)).toBeCloseTo(-0.5, 1);
  });
});

it('initialParams has one row of each', () => {
  const { a, s } = initialParams(flow, key(1));
  expect([a!.shape, s!.shape]).toEqual([
    [1, 2, 3],
    [1, 4],
  ]);
  expect(a!.values[0]).toBe(7);
});

it('drawPoints: every other row has three times the deviation, all times the spread', () => {
  const normal = drawNormal(fold(key(5), 'z'), 8);
  const factors = [30, 30, 10, 10, 30, 30, 10, 10];
  expect(drawPoints(2, 4, key(5), 10)).toEqual({
    shape: [4, 2],
    values: normal.map((value, i) => value * factors[i]!),
  });
  expect(drawPoints(2, 4, key(5)).values).toEqual(normal.map((value, i) => (value * factors[i]!) / 10));
});

it('repeatRows repeats each row beside itself; concatenated puts rows below each other', () => {
  expect(repeatRows(numbers([2, 1, 2]), 3)).toEqual({
    shape: [6, 1, 2],
    values: Float32Array.of(1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4),
  });
  expect(concatenated([numbers([2, 1, 2]), numbers([1, 1, 2], 10)])).toEqual({
    shape: [3, 1, 2],
    values: Float32Array.of(1, 2, 3, 4, 10, 11),
  });
});

it('stacked repeats what points share, and leaves what all rows always share', () => {
  const [s, of] = [numbers([1, 2], 50), (first: number) => ({ z: numbers([2, 1], first), a: numbers([1, 2], first) })];
  const both = stacked(
    [
      { ...of(1), s },
      { ...of(7), s },
    ],
    ['s'],
  );
  expect(both.z).toEqual({ shape: [4, 1], values: Float32Array.of(1, 2, 7, 8) });
  expect(both.a).toEqual({ shape: [4, 2], values: Float32Array.of(1, 2, 1, 2, 7, 8, 7, 8) });
  expect(both.s).toBe(s);
});

it.each([
  [128, true],
  [129, false],
])('isNarrow: %i numbers of one row, however many rows there are', (width, narrow) => {
  expect(isNarrow({ z: numbers([50, 28]), a: numbers([1, width - 28]) })).toBe(narrow);
});

describe('evaluateEach', () => {
  let calls = 0;
  const map = ({ z, a, s }: Readonly<Record<string, Tensor>>) => {
    calls++;
    const wide = tf.add(tf.mul(z!, tf.sum(a!, 1, true)), s ? tf.sum(s) : 0);
    return { wide, narrow: tf.sum(wide, 1) };
  };
  const given = (rows: number, first: number, paramRows = 1, width = 3) => ({
    z: numbers([rows, 2], first),
    a: numbers([paramRows, width], first),
  });
  const callsFor = (list: readonly Inputs[], stacking?: Stacking) => {
    const alone = list.map((inputs) => evaluate(map, inputs));
    calls = 0;
    const before = tf.memory().numTensors;
    const together = evaluateEach(map, list, stacking);
    expect(tf.memory().numTensors).toBe(before);
    expect(together.map((one) => ({ wide: Array.from(one.wide!), narrow: Array.from(one.narrow!) }))).toEqual(
      alone.map((one) => ({ wide: Array.from(one.wide!), narrow: Array.from(one.narrow!) })),
    );
    return calls;
  };

  const [mine, yours] = [numbers([1, 2], 1), numbers([1, 2], 90)];
  it.each<[string, number, readonly Inputs[], Stacking?]>([
    ['narrow ones', 1, [given(2, 1), given(4, 5), given(3, 9)]],
    ['one alone', 1, [given(2, 1)]],
    ['shared parameters that are kept', 3, [given(2, 1), given(4, 5), given(3, 9)], { keepsBroadcast: true }],
    ['rows of their own beside kept ones', 2, [given(2, 1), given(4, 5, 4), given(3, 9, 3)], { keepsBroadcast: true }],
    ['the widest that is repeated', 1, [given(2, 1, 1, 126), given(2, 5, 1, 126)]],
    ['wide shared parameters', 2, [given(2, 1, 1, 127), given(2, 5, 1, 127)]],
    ['wide parameters of each point', 1, [given(2, 1, 2, 200), given(2, 5, 2, 200)]],
    [
      'an always shared parameter of two values',
      2,
      [
        { ...given(2, 1), s: mine },
        { ...given(2, 5), s: yours },
        { ...given(2, 9), s: mine },
      ],
      { shared: ['s'] },
    ],
    ['a stack that is just full', 1, [given(2 ** 10, 1, 1, 62), given(2 ** 10, 1, 1, 62)]],
    ['a stack that is too large', 2, [given(2 ** 10, 1, 1, 62), given(2 ** 10, 1, 1, 62), given(1, 1)]],
  ])('%s: %i calls', (_, expected, list, stacking) => {
    expect(callsFor(list, stacking)).toBe(expected);
  });

  it('evaluates what it keeps unchanged, with parameters in one row', () => {
    const rowsSeen = (stacking: Stacking) => {
      const seen: number[] = [];
      evaluateEach(
        ({ z, a }) => {
          seen.push(a!.shape[0]!);
          return { sum: tf.add(z!, tf.sum(a!)) };
        },
        [given(2, 1), given(4, 5)],
        stacking,
      );
      return seen;
    };
    expect(rowsSeen({ keepsBroadcast: true })).toEqual([1, 1]);
    expect(rowsSeen({})).toEqual([6]);
  });
});
