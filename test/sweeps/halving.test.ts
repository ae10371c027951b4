// Successive halving: rungs, and who goes on.
import { firstRung, promoted, rungsOf } from '@flowvae/sweeps';
import { expect, it } from 'vitest';

it('rungsOf grow by the factor and end with the whole', () => {
  expect(rungsOf({ factor: 3, minSteps: 100 }, 2700)).toEqual([100, 300, 900, 2700]);
  expect(rungsOf({ factor: 2, minSteps: 30 }, 100)).toEqual([30, 60, 100]);
  expect(() => rungsOf({ factor: 2, minSteps: 100 }, 100)).toThrow(/fewer than the 100 steps/);
});

it('firstRung leaves one configuration for the last rung', () => {
  for (const [factor, count, steps] of [
    [3, 27, 2700],
    [2, 20, 1000],
    [4, 5, 64],
  ] as const) {
    let left: number = count;
    const rungs = rungsOf({ factor, minSteps: firstRung(factor, { count, steps }) }, steps);
    for (const _ of rungs.slice(1)) left = Math.max(1, Math.floor(left / factor));
    expect(left).toBe(1);
  }
});

it('promoted keeps the best of each rung, in order; no number ranks last and the first of equal ones first', () => {
  expect(promoted([-3, -1, -2, -9, -4, -5], 3)).toEqual([1, 2]);
  expect(promoted([Number.NaN, -7, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], 4)).toEqual([1]);
  expect(promoted([-1, -1, -1, -1], 2)).toEqual([0, 1]);
  expect(promoted([Number.NaN, Number.NaN, -5], 2)).toEqual([2]);
  expect(promoted([-1, -2], 3)).toEqual([0]);
  expect(promoted([Number.NaN], 3)).toEqual([0]);
});

it('promoted spends on 27 configurations at most 0.35 of the steps of the grid', () => {
  let left = 27;
  let spent = 0;
  let before = 0;
  for (const steps of rungsOf({ factor: 3, minSteps: 100 }, 900)) {
    spent += left * (steps - before);
    before = steps;
    left = promoted(new Array<number>(left).fill(0), 3).length;
  }
  expect(spent / (27 * 900)).toBeCloseTo(6300 / 24_300, 10);
});
