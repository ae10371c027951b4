// Panels over the plane: the places of densities and points, and refusals.
import { type PlaneGridOptions, planeGrid } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { boxOf, color, differenceBox, placesOf } from './picture.ts';
import { decodePng } from './png.ts';

const size = 4;
/** A density of 1 in one cell, counted from the lower left. */
const spike = (column: number, row: number) => {
  const values = new Float32Array(size * size);
  values[row * size + column] = 1;
  return { values, size };
};
const options = (over: Partial<PlaneGridOptions>): PlaneGridOptions => ({
  rows: [[{}]],
  range: [-2, 2],
  side: 100,
  ...over,
});
const picture = (over: Partial<PlaneGridOptions>) => decodePng(planeGrid(options(over)));
const empty = picture({});
const frame = boxOf(placesOf(empty, color('#999999')));
const middle = (a: number, b: number) => (a + b) / 2;

it('the lowest y is at the bottom, the lowest x on the left', () => {
  const box = differenceBox(picture({ rows: [[{ density: spike(0, 0) }]] }), empty)!;
  expect(box.right).toBeLessThan(middle(frame.left, frame.right));
  expect(box.top).toBeGreaterThan(middle(frame.top, frame.bottom));
  const other = differenceBox(picture({ rows: [[{ density: spike(3, 3) }]] }), empty)!;
  expect(other.left).toBeGreaterThan(middle(frame.left, frame.right));
  expect(other.bottom).toBeLessThan(middle(frame.top, frame.bottom));
});

it('points stand where their coordinates are, and those outside are left out', () => {
  const box = differenceBox(picture({ rows: [[{ points: Float32Array.of(1, -1, 7, 0, Number.NaN, 0) }]] }), empty)!;
  const width = frame.right - frame.left;
  expect(Math.abs(middle(box.left, box.right) - (frame.left + 0.75 * width))).toBeLessThan(3);
  expect(Math.abs(middle(box.top, box.bottom) - (frame.top + 0.75 * width))).toBeLessThan(3);
  expect(box.right - box.left).toBeLessThan(8);
});

it('the y axis may have a range of its own', () => {
  const yRange = [-4, 0] as const;
  const bare = picture({ yRange });
  const box = differenceBox(picture({ yRange, rows: [[{ points: Float32Array.of(1, -1) }]] }), bare)!;
  const width = frame.right - frame.left;
  expect(Math.abs(middle(box.left, box.right) - (frame.left + 0.75 * width))).toBeLessThan(3);
  expect(Math.abs(middle(box.top, box.bottom) - (frame.top + 0.25 * width))).toBeLessThan(3);
});

it('a ceiling darkens the values below it', () => {
  const flat = new Float32Array(size * size).fill(0.25);
  const at = (ceiling: number) => picture({ rows: [[{ density: { values: flat, size, ceiling } }]] });
  expect(placesOf(at(0.25), color('#00263D')).length).toBeGreaterThan(10_000);
  expect(placesOf(at(1), color('#CDE3F1')).length).toBeGreaterThan(10_000);
});

it('the same options give the same bytes, as SVG too', () => {
  const whole = options({
    title: 'Title',
    note: 'note',
    rowLabels: ['row'],
    rows: [[{ title: 'a', density: spike(1, 2) }, {}]],
  });
  expect(planeGrid(whole)).toEqual(planeGrid(whole));
  const svg = new TextDecoder().decode(planeGrid({ ...whole, format: 'svg' }));
  expect(svg).toContain('<svg');
  expect(svg).toEqual(new TextDecoder().decode(planeGrid({ ...whole, format: 'svg' })));
});

describe('planeGrid refuses', () => {
  it.each<[string, Partial<PlaneGridOptions>, string]>([
    ['no panel', { rows: [] }, 'planeGrid: rows: expected at least one panel, got none'],
    ['no width', { range: [1, 1] }, 'planeGrid: range: expected two finite numbers'],
    ['no height', { yRange: [0, Number.NaN] }, 'planeGrid: yRange: expected two finite numbers'],
    [
      'a map that is not square',
      { rows: [[{ density: { values: new Float32Array(5), size: 2 } }]] },
      '2 × 2 values, got 5',
    ],
    [
      'a negative density',
      { rows: [[{ density: { values: Float32Array.of(-1), size: 1 } }]] },
      'a finite number from 0, got -1',
    ],
    ['half a point', { rows: [[{ points: new Float32Array(3) }]] }, 'pairs of numbers, got 3 numbers'],
    ['a label too many', { rowLabels: ['a', 'b'] }, 'none or 1 labels, got 2'],
    ['no side', { side: 2.5 }, 'a whole number of pixels'],
  ])('%s', (_, over, message) => {
    expect(() => planeGrid(options(over))).toThrow(message);
  });
});
