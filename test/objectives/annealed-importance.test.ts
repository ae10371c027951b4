// Inverse temperatures against their formula in float64.
import { sigmoidTemperatures } from '@flowvae/objectives';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

it.each([2e-6, 1e-4, 0.05, 0.5, 4, -4])(
  'sigmoidTemperatures is ½(1 + tanh(½δu)/tanh(½δ)), u = 2t/T − 1, at steepness %d',
  (steepness) => {
    const expected = Array.from({ length: 9 }, (_, t) => {
      const u = t / 4 - 1;
      return 0.5 * (1 + Math.tanh((steepness * u) / 2) / Math.tanh(steepness / 2));
    });
    expect(differences('β', sigmoidTemperatures(8, steepness), expected, 1e-7)).toEqual([]);
  },
);

it('sigmoidTemperatures takes up to 2²⁰ steps', () => {
  expect(sigmoidTemperatures(2 ** 20).length).toBe(2 ** 20 + 1);
  for (const steps of [2 ** 20 + 1, 0, -1, 1.5, Number.NaN]) {
    expect(() => sigmoidTemperatures(steps)).toThrow(`expected a whole number from 1 to 1048576, got ${steps}`);
  }
});
