// The formulas of targets: values against plain JavaScript, gradients against differences, errors that name the place.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { expressionDensity } from '../../../packages/lab/src/page/flow/targets/expression-density.ts';
import { gradientAt, valueAt } from './densities.ts';

const softplus = (x: number) => Math.log1p(Math.exp(x));

/** Formulas, and the same as functions. */
const cases: readonly (readonly [string, (z1: number, z2: number) => number])[] = [
  ['-(z1^2 + z2^2)/2', (x, y) => -(x * x + y * y) / 2],
  ['-z1^2', (x) => -(x * x)],
  ['2 - 3 - z1', (x) => -1 - x],
  ['12/3/2 * z2', (_, y) => 2 * y],
  ['2^3^z1', (x) => 2 ** (3 ** x)],
  ['z1^3 - z2^7/100', (x, y) => x ** 3 - y ** 7 / 100],
  ['exp(-z1) + .5e1*sin(pi*z2/4)', (x, y) => Math.exp(-x) + 5 * Math.sin((Math.PI * y) / 4)],
  ['log(1 + sqrt(1 + z1^2)) - abs(z2)', (x, y) => Math.log(1 + Math.sqrt(1 + x * x)) - Math.abs(y)],
  ['cos(z1)*tanh(z2) + sigmoid(z1 - z2)', (x, y) => Math.cos(x) * Math.tanh(y) + 1 / (1 + Math.exp(y - x))],
  ['softplus(z1) + min(z1, z2) - max(z2, 0.1)', (x, y) => softplus(x) + Math.min(x, y) - Math.max(y, 0.1)],
  ['logaddexp(-(z1-2)^2, -z2^2)', (x, y) => Math.log(Math.exp(-((x - 2) ** 2)) + Math.exp(-(y ** 2)))],
  ['7', () => 7],
];

const places = [
  [0.3, -0.7],
  [-1.1, 0.4],
] as const;

describe.each(cases)('the density %s', (text, plain) => {
  it.each(places)('has the values and slopes of plain JavaScript at %d, %d', (x, y) => {
    const density = expressionDensity(text);
    expect(valueAt(density, x, y)).toBeCloseTo(plain(x, y), 4);
    const h = 1e-5;
    const slopes = [(plain(x + h, y) - plain(x - h, y)) / (2 * h), (plain(x, y + h) - plain(x, y - h)) / (2 * h)];
    gradientAt(density, x, y).forEach((slope, axis) => {
      expect(slope).toBeCloseTo(slopes[axis]!, 3);
    });
  });
});

it.each([
  ['', 'a number, z1, z2, a function or (, got nothing at character 1'],
  ['z1 +', 'got nothing at character 5'],
  ['(z1', "expected ')', got nothing at character 4"],
  ['z1 z2', "expected an operator (+ - * / ^) or the end, got 'z2' at character 4"],
  ['sine(z1)', "got 'sine' at character 1; did you mean sin?"],
  ['min(z1)', "expected ',', got ')' at character 7"],
  ['z3', "got 'z3' at character 1"],
  ['1 + $', "got '$' at character 5"],
])('a wrong formula %j is refused in one line with the place', (text, message) => {
  let received = '';
  try {
    expressionDensity(text);
  } catch (error) {
    received = (error as Error).message;
  }
  expect(received).toContain(message);
  expect(received).not.toContain('\n');
});

it('a density is a vector for any number of points', () => {
  const z: Tensor2D = tf.zeros([5, 2]);
  const density: Tensor1D = expressionDensity('1')(z);
  expect(density.shape).toEqual([5]);
  tf.dispose([z, density]);
});

it('a formula of too many levels is refused before the stack ends', () => {
  expect(() => expressionDensity(`${'('.repeat(20_000)}z1`)).toThrow('at most 100 levels');
});
