// Words of figures: shares that are never rounded to nothing or all, numbers, and lines that fit.
import { describe, expect, it } from 'vitest';
import { font, requireFont } from '../../packages/figures/src/font.ts';
import { percent, readable, shortened, textWidth, wrapped } from '../../packages/figures/src/text.ts';

const space = { font: font(12), width: 100, lines: 3 };
requireFont();

it.each([
  [0, 7, '0 %'],
  [1, 100_000, 'under 0.1 %'],
  [1, 8, '13 %'],
  [1, 300, '0.33 %'],
  [997, 1000, '99.7 %'],
  [99_999, 100_000, 'over 99.9 %'],
  [7, 7, '100 %'],
])('percent: %i of %i is %s', (count, total, words) => {
  expect(percent(count, total)).toBe(words);
});

it.each([
  [-1.5, '−1.5'],
  [12_345.6, '12,300'],
  [1e30, '1e30'],
  [-2.5e-7, '−2.5e−7'],
  [0, '0'],
])('readable: %d is %s', (value, words) => {
  expect(readable(value, 3)).toBe(words);
});

describe('wrapped', () => {
  it.each(['one two three four five six', 'a_long_name_with_places_to_break', 'W'.repeat(20), '😀'.repeat(15)])(
    'keeps every line of %s within its width, and loses no letter',
    (text) => {
      const lines = wrapped(text, space);
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines) expect(textWidth(line, space.font)).toBeLessThanOrEqual(space.width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      for (const line of lines) expect(() => encodeURIComponent(line)).not.toThrow(); // no half of a pair of surrogates
    },
  );

  it('breaks after a word where there is one', () => {
    expect(wrapped('temperature_mean_01', space)).toEqual(['temperature_', 'mean_01']);
  });

  it('ends in … where the lines are full', () => {
    const lines = wrapped('W'.repeat(100), space);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^W+…$/);
    expect(textWidth(lines[2]!, space.font)).toBeLessThanOrEqual(space.width);
    expect(shortened('short', space.font, 100)).toBe('short');
  });
});
