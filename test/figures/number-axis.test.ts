// The axis of a numeric column: the bulk of all series, bins of whole numbers, and round ticks.
import { describe, expect, it } from 'vitest';
import { numberAxis, outsideNote } from '../../packages/figures/src/columns/number-axis.ts';
import { ticksAcross, ticksUp, tickText } from '../../packages/figures/src/columns/round-ticks.ts';
import { font, requireFont } from '../../packages/figures/src/font.ts';

requireFont();
const axisOf = (...series: readonly number[][]) => numberAxis(series.map((values) => Float64Array.from(values).sort()));

describe('numberAxis', () => {
  it('holds all values where none is far', () => {
    expect(axisOf([0.5, 1, 2, 3], [-1.5, 2])).toMatchObject({ from: -1.5, to: 3 });
  });

  it('holds the bulk of every series, also of one that lies far from the first', () => {
    const near = [0.1, 0.2, 0.3, 0.4, 1e30];
    expect(axisOf(near)).toMatchObject({ from: 0.1, to: 0.4 });
    expect(axisOf(near, [1000.5, 1001])).toMatchObject({ from: 0.1, to: 1001 });
  });

  it('ends at the fences of 5 interquartile ranges', () => {
    const quartiles = [0, 0.5, 1, 1.5, 2]; // 0.5 and 1.5
    expect(axisOf([...quartiles.flatMap((v) => [v, v, v, v]), 6.4]).to).toBe(6.4);
    expect(axisOf([...quartiles.flatMap((v) => [v, v, v, v]), 6.6]).to).toBe(2);
  });

  it('gives each whole number a bin, or each bin as many of them', () => {
    expect(axisOf([0, 1, 2, 3])).toEqual({ from: -0.5, to: 3.5, bins: 4, whole: true });
    const { from, to, bins } = axisOf(Array.from({ length: 101 }, (_, i) => i));
    expect([from, (to - from) / bins]).toEqual([-0.5, 4]);
    expect(bins).toBeLessThanOrEqual(30);
    expect(axisOf([0, 2 ** 25]).whole).toBe(false); // float32 has no odd numbers there
  });

  it.each([[[5]], [[0.25]], [[-3e38, 3e38]], [[1e9, 1e9]], [[]]])('has a width for %j', (values) => {
    const { from, to } = axisOf(values);
    expect(to).toBeGreaterThan(from);
    for (const value of values) expect(value >= from && value <= to).toBe(true);
  });
});

describe('outsideNote', () => {
  it('counts observed values only, and names the farthest', () => {
    const values = Float32Array.of(0, 1, Number.NaN, -7, 2.5);
    expect(outsideNote([values], { from: 0, to: 1 })).toBe('50 % outside the axis (as far as −7)');
    const infinite = Float32Array.of(0, 1, Number.NEGATIVE_INFINITY);
    expect(outsideNote([infinite], { from: 0, to: 1 })).toBe('33 % outside the axis (as far as −∞)');
    expect(outsideNote([Float32Array.of(0, 1, Number.NaN)], { from: 0, to: 1 })).toBeUndefined();
  });
});

describe('ticks', () => {
  const words = (from: number, to: number, whole = false) => {
    const ticks = ticksUp({ from, to, whole });
    return ticks.map((value) => tickText(value, ticks));
  };

  it.each<[number, number, readonly string[]]>([
    [0, 1, ['0', '0.2', '0.4', '0.6', '0.8', '1']],
    [-3.8, 3.5, ['−2', '0', '2']],
    [1e9, 1e9 + 4000, ['1e9', '1.000001e9', '1.000002e9', '1.000003e9', '1.000004e9']],
    [-1e-6, 0, ['−1e−6', '−8e−7', '−6e−7', '−4e−7', '−2e−7', '0']],
    [0, 6000, ['0', '1,000', '2,000', '3,000', '4,000', '5,000', '6,000']],
  ])('from %d to %d are round', (from, to, expected) => {
    expect(words(from, to)).toEqual(expected);
  });

  it('are whole for whole numbers', () => {
    expect(words(-0.5, 1.5, true)).toEqual(['0', '1']);
  });

  it('are fewer where their words are long', () => {
    const view = { from: 1e9, to: 1e9 + 4000, whole: false };
    expect(ticksAcross(view, 1000, font(10))).toHaveLength(5);
    expect(ticksAcross(view, 160, font(10)).length).toBeLessThan(4);
  });
});
