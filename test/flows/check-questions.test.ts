// The questions that the public checker asks about a gradient, against numbers by hand.
import { key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import type { Inputs, ShapedArray } from '../../packages/flows/src/check/drawn-inputs.ts';
import {
  type Claims,
  dot,
  type Question,
  questionsOf,
} from '../../packages/flows/src/check/gradients/gradient-questions.ts';
import { normOf } from '../../packages/flows/src/check/gradients/probe-loss.ts';
import type { Probe } from '../../packages/flows/src/check/probe.ts';

const array = (shape: readonly number[], ...values: number[]): ShapedArray => ({
  shape,
  values: Float32Array.from(values),
});

describe('questionsOf', () => {
  const points = 3;
  const z = array([points, 1], 0, 0, 0);
  const rounded = [0, 2 ** -12, -(2 ** -10)].map((by) => ({
    y: Float32Array.of(100, 200 + by, 300),
    logDet: Float32Array.of(0, 0, 0),
  }));
  const weights = { ofY: Float32Array.of(1, 1, 1), ofLogDet: Float32Array.of(1, 1, 1) };
  const asked = (shape: readonly number[], gradients: readonly (readonly number[])[], seed = 1) => {
    const found = gradients.map((gradient) => ({ a: Float32Array.from(gradient) }));
    const inputs: Inputs = { z, a: array(shape, ...gradients[0]!) };
    const probe = { inputs, key: key(seed), pointName: 'z', rounded: () => rounded, forward: () => rounded[0] };
    return questionsOf(probe as unknown as Probe, 'a', { found, weights } satisfies Claims);
  };
  const gradient = [3, 0, -4, 0];

  it('about an input that points share: one group of all', () => {
    const questions = asked([1, 4], [gradient, [3.5, 0, -4, 0], [3, 0, -4.25, 0]]);
    expect(questions.map(({ kind }) => kind)).toEqual([
      'its gradient',
      'a random direction',
      'its gradient in a few coordinates',
      'one coordinate',
      'coordinates without a gradient',
    ]);
    const [along, random, few, single, silent] = questions as [Question, Question, Question, Question, Question];
    expect(along).toMatchObject({ name: 'a', at: 'towards a', points: [0, 1, 2], from: 0, claimed: 5, norm: 5 });
    expect(Array.from(along.unit)).toEqual([0.6, 0, -0.8, 0]);
    expect(along.claimedRounding).toBeCloseTo(0.3, 10); // 0.6·0.5, beside 0.8·0.25
    expect(along.lossRounding).toBe(2 ** -10);
    for (const { unit } of questions) expect(normOf(unit)).toBeCloseTo(1, 10);
    expect(random.norm).toBe(5);
    expect(random.claimed).toBe(dot(Float32Array.from(gradient), random.unit));
    expect(silent.norm).toBe(5);
    expect(Array.from(silent.unit, (value) => value !== 0)).toEqual([false, true, false, true]);
    // two of four coordinates, at least half the norm's square; one of four a quarter of it
    expect(few.norm).toBeGreaterThanOrEqual(Math.sqrt(2 / 4) * 5);
    expect(single.unit.filter((value) => value !== 0)).toEqual(Float64Array.of(1));
    expect(single.norm).toBeCloseTo(Math.max(Math.abs(single.claimed), Math.sqrt(1 / 4) * 5), 10);
  });

  it('about an input with a row for each point: one group each', () => {
    const questions = asked([points, 2], [[3, 4, 0.01, 0, 0, 0]]);
    const along = questions.filter(({ kind }) => kind === 'its gradient');
    expect(along.map(({ at, points: own, from, norm }) => ({ at, own, from, norm }))).toEqual([
      { at: 'point 0, towards a', own: [0], from: 0, norm: 5 },
      { at: 'point 1, towards a', own: [1], from: 2, norm: 0.1 }, // judged as if it had this norm
    ]);
    expect(along[0]!.claimedRounding).toBe(0);
    const silent = questions.filter(({ kind }) => kind === 'coordinates without a gradient');
    expect(silent.map(({ at }) => at)).toEqual(['point 1, towards a', 'point 2, towards a']);
    // the loss of the first point does not move: a unit in the last place of its terms
    expect(along.map(({ lossRounding }) => lossRounding)).toEqual([100 * 2 ** -23, 2 ** -10]);
  });

  it.each([
    [1, 1],
    [8, 2],
    [9, 3],
    [1023, 31],
    [1024, 32],
    [2500, 32],
  ])('of %i elements looks at %i together, other ones for another key', (length, count) => {
    const ones = new Array<number>(length).fill(1);
    const fewOf = (seed: number) => {
      const { unit, norm } = asked([1, length], [ones], seed).find(({ kind }) => kind.includes('few'))!;
      expect(norm).toBeCloseTo(Math.sqrt(count), 5);
      return Array.from(unit, (value, i) => (value === 0 ? -1 : i)).filter((i) => i >= 0);
    };
    const seen = [1, 2, 3, 4].map(fewOf);
    for (const few of seen) expect(few.length).toBe(count);
    if (length > 1) expect(new Set(seen.map(String)).size).toBeGreaterThan(1);
  });

  it('looks at one coordinate: that of the largest gradient half of the time, else at any', () => {
    const seen = Array.from({ length: 400 }, (_, seed) => {
      const { unit } = asked([1, 5], [[1, -1, -9, 1, 2]], seed).find(({ kind }) => kind === 'one coordinate')!;
      return unit.indexOf(1);
    });
    const shares = [0, 1, 2, 3, 4].map((place) => seen.filter((one) => one === place).length / 400);
    for (const [place, share] of shares.entries())
      expect(Math.abs(share - (place === 2 ? 0.6 : 0.1))).toBeLessThan(0.1);
    for (const share of shares) expect(share).toBeGreaterThan(0.02);
  });
});
