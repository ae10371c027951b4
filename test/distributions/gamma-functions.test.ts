// log Γ, digamma and their differences in float32 against float64, over dense grids; gradients; compiled = eager.
import { digamma, digammaDifference, logGamma, logGammaRatio, trigamma } from '@flowvae/distributions';
import { type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { compiled, eager, type Inputs, shaped, withGradients } from '../laws/evaluation.ts';
import { digammaReference, logGammaReference, trigammaReference } from '../reference/gamma-functions.ts';

const TOLERANCE = 1e-6;

/** float32 numbers from 1e-3 to 1e6, evenly on a logarithmic scale. */
const grid = Float32Array.from({ length: 20_001 }, (_, i) => 10 ** (-3 + (9 * i) / 20_000));

/** float32 numbers beside a point: at distances from 1e-1 down to its neighbours. */
const beside = (point: number) =>
  Float32Array.from({ length: 400 }, (_, i) => point + (i % 2 ? 1 : -1) * 10 ** (-1 - (6.5 * i) / 400));

const ZERO_OF_DIGAMMA = 1.461_632_144_968_362;
const points = Float32Array.of(...grid, ...beside(1), ...beside(2), ...beside(3), ...beside(ZERO_OF_DIGAMMA), 1, 2, 3);

const inputs: Inputs = { x: shaped(points, [points.length]) };

/** Where numbers are off by more than a share of their exact value; exact zeros must be 0. */
const relativeErrors = (actual: ArrayLike<number>, exact: (i: number) => number, tolerance = TOLERANCE) =>
  Array.from(actual).flatMap((value, i) => {
    const right = exact(i);
    const error = value === right ? 0 : Math.abs(value - right) / Math.abs(right);
    return error <= tolerance ? [] : [`${points[i]}: ${value} instead of ${right} (off by ${error.toExponential(1)})`];
  });

describe.each([
  ['logGamma', logGamma, logGammaReference, digammaReference],
  ['digamma', digamma, digammaReference, trigammaReference],
] as const)('%s', (_, fn, reference, slope) => {
  const traced = withGradients(({ x }) => tf.sum(fn(x!)));
  const withValues = (given: Readonly<Record<string, Tensor>>) => ({ ...traced(given), each: fn(given.x!) });

  it('has a relative error below 1e-6 from 1e-3 to 1e6, beside its zeros as well; so has its gradient', () => {
    const results = eager(withValues, inputs);
    expect(relativeErrors(results.each!, (i) => reference(points[i]!))).toEqual([]);
    expect(relativeErrors(results['gradient:x']!, (i) => slope(points[i]!))).toEqual([]);
  });

  it('is as exact compiled', async () => {
    const results = await compiled(withValues, inputs);
    expect(relativeErrors(results.each!, (i) => reference(points[i]!))).toEqual([]);
    expect(relativeErrors(results['gradient:x']!, (i) => slope(points[i]!))).toEqual([]);
  });

  it('is finite at 0, and for a missing number no number', () => {
    const x = shaped([0, 1e-38, 1e30, Number.NaN], [4]);
    const { each, 'gradient:x': gradient } = eager(withValues, { x });
    expect([...each!].map(Number.isFinite)).toEqual([true, true, true, false]);
    expect(Number.isFinite(gradient![2])).toBe(true);
  });
});

it('the float64 program knows closed forms', () => {
  const EULER = 0.577_215_664_901_532_9;
  expect(logGammaReference(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
  expect(logGammaReference(11)).toBeCloseTo(Math.log(3_628_800), 13);
  expect(logGammaReference(2.001) / (0.001 * (1 - EULER))).toBeCloseTo(
    1 + (0.0005 * (Math.PI ** 2 / 6 - 1)) / (1 - EULER),
    5,
  );
  expect(digammaReference(1)).toBeCloseTo(-EULER, 14);
  expect(digammaReference(ZERO_OF_DIGAMMA)).toBeCloseTo(0, 14);
  expect(trigammaReference(1)).toBeCloseTo(Math.PI ** 2 / 6, 13);
});

it('the gradient of digamma is trigamma, whose gradient is that of its values', () => {
  const x = shaped(
    grid.filter((_, i) => i % 40 === 0),
    [501],
  );
  const second = eager(({ x: at }) => ({ slope: tf.grad((t: Tensor) => tf.sum(trigamma(t)))(at!) }), { x });
  x.values.forEach((value, i) => {
    const step = 1e-4 * value;
    const exact = (trigammaReference(value + step) - trigammaReference(value - step)) / (2 * step);
    expect(Math.abs(second.slope![i]! / exact - 1)).toBeLessThan(1e-4);
  });
});

describe('differences', () => {
  const [as, xs] = [
    Float32Array.from({ length: 271 }, (_, i) => 10 ** (-3 + (9 * i) / 270)),
    Float32Array.of(0, 1, 2, 3, 7, 20, 100, 1234, 2e4),
  ];
  const pairs = Array.from(xs).flatMap((x) => Array.from(as, (a) => ({ a, x })));
  const given: Inputs = { a: shaped(as, [1, as.length]), x: shaped(xs, [xs.length, 1]) };
  const summed = (term: (n: number) => number) =>
    pairs.map(({ a, x }) => {
      let sum = 0;
      for (let k = 0; k < x; k++) sum += term(a + k);
      return sum;
    });
  const [logs, inverses] = [summed(Math.log), summed((n) => 1 / n)];
  const beyond = (actual: ArrayLike<number>, exact: readonly number[], least: number) =>
    pairs.flatMap(({ a, x }, i) => {
      const error = Math.abs(actual[i]! - exact[i]!) / Math.max(least, Math.abs(exact[i]!));
      return exact[i] === actual[i] || error <= TOLERANCE ? [] : [`${a}, ${x}: ${actual[i]} instead of ${exact[i]}`];
    });
  const fn = ({ a, x }: Readonly<Record<string, Tensor>>) => {
    const [ofA] = tf.grads((t: Tensor) => tf.sum(logGammaRatio(t, tf.add(x!, tf.zerosLike(t)))))([
      tf.add(a!, tf.zerosLike(x!)),
    ]);
    return { ratio: logGammaRatio(a!, x!), difference: digammaDifference(a!, x!), ofA: ofA! };
  };

  it.each([
    ['eager', async () => eager(fn, given)],
    ['compiled', () => compiled(fn, given)],
  ] as const)('keep their digits where log Γ and digamma lose them: %s', async (_, run) => {
    const { ratio, difference, ofA } = await run();
    expect(beyond(ratio!, logs, 1)).toEqual([]);
    expect(beyond(difference!, inverses, 0)).toEqual([]);
    expect(beyond(ofA!, inverses, 0.1)).toEqual([]);
    expect([...ratio!.subarray(0, as.length)].every((value) => value === 0)).toBe(true);
  });

  it('have the gradients of digamma: ψ′(a + x) − ψ′(a) and ψ′(a + x)', () => {
    const [at, by] = [Float32Array.of(0.003, 0.2, 0.7, 1, 1.6, 5, 40), Float32Array.of(0.004, 0.5, 0.1, 2, 0.3, 1, 7)];
    const { ofA, ofX } = eager(
      ({ a, x }) => {
        const [towardsA, towardsX] = tf.grads((...[s, t]: Tensor[]) => tf.sum(digammaDifference(s!, t!)))([a!, x!]);
        return { ofA: towardsA!, ofX: towardsX! };
      },
      { a: shaped(at, [7]), x: shaped(by, [7]) },
    );
    for (const [i, a] of at.entries()) {
      const ofSum = trigammaReference(a + by[i]!);
      expect(ofX![i]! / ofSum).toBeCloseTo(1, 5);
      expect(ofA![i]! / (ofSum - trigammaReference(a))).toBeCloseTo(1, 4);
    }
  });

  it('are lost by differences of log Γ', () => {
    const naive = eager(
      ({ a, x }) => ({ each: tf.sub(logGamma(tf.add(a!, x!)), logGamma(tf.add(a!, tf.mul(x!, 0)))) }),
      given,
    );
    expect(beyond(naive.each!, logs, 1).length).toBeGreaterThan(500);
  });
});
