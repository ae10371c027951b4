// Schedules at their corners.
import { cosineDecay, linear, linearWarmup, stepDecay } from '@flowvae/training';
import { expect, it } from 'vitest';

it('stepDecay multiplies by the factor at each milestone', () => {
  const rate = stepDecay(8, { factor: 0.5, milestones: [3, 5] });
  expect([0, 2, 3, 4, 5, 1000].map(rate)).toEqual([8, 8, 4, 4, 2, 2]);
});

it('linear goes straight from one value to the other and stays there', () => {
  expect([0, 1, 2, 4, 5, 99].map(linear(1, 3, 4))).toEqual([1, 1.5, 2, 3, 3, 3]);
});

it('cosineDecay starts at the rate, is half of it in the middle and 0 at the end', () => {
  const rate = cosineDecay(2, 10);
  expect(rate(0)).toBe(2);
  expect(rate(5)).toBeCloseTo(1, 12);
  expect([rate(10), rate(11)]).toEqual([0, 0]);
  expect(rate(1)).toBeCloseTo(1 + Math.cos(Math.PI / 10), 12);
});

it('linearWarmup rises to the whole rate in as many steps, and then leaves the schedule alone', () => {
  expect([0, 1, 2, 3, 4, 99].map(linearWarmup(2, 4))).toEqual([0.5, 1, 1.5, 2, 2, 2]);
  const decayed = stepDecay(8, { factor: 0.5, milestones: [2] });
  expect([0, 1, 2, 3, 4].map(linearWarmup(decayed, 4))).toEqual([2, 4, 3, 4, 4]);
});

it.each([0, 1])('linearWarmup over %i steps changes nothing', (steps) => {
  expect([0, 1, 7].map(linearWarmup(cosineDecay(2, 10), steps))).toEqual([0, 1, 7].map(cosineDecay(2, 10)));
});
