// Student-t and Laplace observations in float64, also where squares of distances leave float32; their draws by hand.
import { laplace, type Observation, studentT } from '@flowvae/distributions';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { digammaReference } from '../reference/gamma-functions.ts';
import { laplaceLogDensity, studentTLogDensity } from '../reference/likelihoods.ts';

const x = Float32Array.of(0.3, -0.7, 1.2, -40, 3e4, -1e10, 1e15, 1e25);
const P = x.length;
const logScales = Float32Array.from({ length: P }, (_, i) => [0.4, -2, 3][i % 3]!);
const logDofs = Float32Array.from({ length: P }, (_, i) => Math.log([1, 3.5, 40, 600][i % 4]!));
const inputs: Inputs = {
  location: shaped(new Float32Array(P).fill(0.1), [1, P]),
  logScale: shaped(logScales, [1, P]),
  logDof: shaped(logDofs, [1, P]),
};
const given = (i: number) => ({
  x: x[i]!,
  location: Math.fround(0.1),
  scale: Math.exp(logScales[i]!),
  dof: Math.exp(logDofs[i]!),
});

/** Values of each variable, and the gradients of their sum. */
const everything = (at: (params: Tensors) => Observation) => (params: Tensors) => {
  const traced = withGradients((moved) => tf.sum(at(moved).logProbOfEach(tf.tensor2d(x, [1, P]))));
  return { ...traced(params), each: at(params).logProbOfEach(tf.tensor2d(x, [1, P])) };
};
const places = Array.from(x, (_, i) => given(i));

it.each([
  ['eager', async (fn: (params: Tensors) => Record<string, Tensor>) => eager(fn, inputs)],
  ['compiled', (fn: (params: Tensors) => Record<string, Tensor>) => compiled(fn, inputs)],
] as const)('studentT has the density of its formula and its gradients, however far x is: %s', async (_, run) => {
  const found = await run(everything((params) => studentT(params as unknown as Parameters<typeof studentT>[0])));
  const share = (exact: readonly number[]) => (i: number) => 2e-6 + 2e-6 / Math.max(1, Math.abs(exact[i]!));
  const values = places.map((at) => studentTLogDensity(at.x, at.location, at.scale, at.dof));
  expect(differences('each', found.each!, values, share(values))).toEqual([]);
  const slopes = places.map(({ x: at, location, scale, dof }) => {
    const y = (at - location) / scale;
    const ofY = ((dof + 1) * y) / (dof + y ** 2);
    const half = digammaReference((dof + 1) / 2) - digammaReference(dof / 2);
    const ofDof = 0.5 * dof * (half - 1 / dof - Math.log1p(y ** 2 / dof) + (y * ofY) / dof);
    return { location: ofY / scale, logScale: y * ofY - 1, logDof: ofDof };
  });
  for (const name of ['location', 'logScale', 'logDof'] as const) {
    const relative = Array.from(found[`gradient:${name}`]!, (value, i) => value / slopes[i]![name]);
    expect(differences(name, relative, new Array(P).fill(1), 2e-4)).toEqual([]);
  }
});

it('laplace has the density of its formula and its gradients', () => {
  const { logDof: _, ...own } = inputs;
  const found = eager(
    everything((params) => laplace(params as unknown as Parameters<typeof laplace>[0])),
    own,
  );
  const relative = places.map((at, i) => found.each![i]! / laplaceLogDensity(at.x, at.location, at.scale));
  expect(differences('each', relative, new Array(P).fill(1), 1e-6)).toEqual([]);
  const location = places.map((at) => Math.sign(at.x - at.location) / at.scale);
  expect(differences('location', found['gradient:location']!, location, 1e-6)).toEqual([]);
  const logScale = places.map(
    (at, i) => found['gradient:logScale']![i]! / (Math.abs(at.x - at.location) / at.scale - 1),
  );
  expect(differences('logScale', logScale, new Array(P).fill(1), 1e-6)).toEqual([]);
});

const row = (...values: number[]) => tf.tensor2d([values]);
const numbersOf = (make: () => Tensor): number[] => tf.tidy(() => Array.from(make().dataSync()));

describe('studentT', () => {
  it.each([
    [1, 0.5, -1.2],
    [3, -2, 0.1],
    [900, 1.5, 1],
  ])('with %d degrees of freedom draws by the polar method at the noise (%d, %d)', (dof, a, b) => {
    const z = numbersOf(
      () =>
        studentT({ location: row(5), logScale: row(Math.log(2)), logDof: row(Math.log(dof)) }).sampleAndLogProb(
          row(a, b),
        ).z,
    );
    const square = a ** 2 + b ** 2;
    expect(differences('z', z, [5 + 2 * a * Math.sqrt((dof * Math.expm1(square / dof)) / square)], 1e-5)).toEqual([]);
  });

  it('draws its location where its noise is 0, and has it as its mean', () => {
    const at = () => studentT({ location: row(5), logScale: row(0), logDof: row(1) });
    expect(numbersOf(() => at().sampleAndLogProb(row(0, 0)).z)).toEqual([5]);
    expect(numbersOf(() => at().mean())).toEqual([5]);
  });

  it.each([
    ['logDof', 0, -0.5, 0.1],
    ['logDof', 7, 7.5, 6.9],
    ['logScale', 7, 7.5, 6.9],
    ['logScale', -7, -7.5, -6.9],
  ] as const)('takes a %s beyond %d for it: %d, not %d', (name, end, beyond, within) => {
    const at = (value: number) =>
      numbersOf(() =>
        studentT({ location: row(0), logScale: row(1), logDof: row(1), [name]: row(value) }).logProb(row(4)),
      );
    expect(at(beyond)).toEqual(at(end));
    expect(at(within)).not.toEqual(at(end));
  });
});

it.each([
  [0.5, 0],
  [0.25, -Math.LN2],
  [0.75, Math.LN2],
  [0, Math.log(2 ** -23)],
  [1, -Math.log(2 ** -23)],
])('laplace draws the quantile of its noise: %d', (uniform, quantile) => {
  const z = numbersOf(() => laplace({ location: row(5), logScale: row(Math.log(2)) }).sampleAndLogProb(row(uniform)).z);
  expect(differences('z', z, [5 + 2 * quantile], 1e-6)).toEqual([]);
});

it.each(['logScale', 'logDof'] as const)('studentT and laplace refuse a %s of another shape', (name) => {
  const wrong = (wide: Tensor2D) => ({ location: row(0, 0), logScale: row(0), logDof: row(0), [name]: wide });
  for (const shape of [
    [1, 3],
    [2, 2],
  ] as const) {
    const text = `${name}: expected [1, 2], got [${shape.join(', ')}]`;
    expect(() => tf.tidy(() => void studentT(wrong(tf.zeros([...shape]))))).toThrow(`studentT: ${text}`);
    if (name === 'logDof') continue;
    expect(() => tf.tidy(() => void laplace(wrong(tf.zeros([...shape]))))).toThrow(`laplace: ${text}`);
  }
});
