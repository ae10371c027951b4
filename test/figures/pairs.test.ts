// The corner plot: cells below the diagonal, points at their values, thinning, and refusals.
import { type ColumnFigureOptions, pairs } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { blue, numeric, oneColumn, twoColumns } from './columns.ts';
import { type Box, boxOf, color, type Place, placesOf } from './picture.ts';
import { decodePng, type Picture } from './png.ts';

const draw = (options: ColumnFigureOptions) => decodePng(pairs(options));
const middle = (a: number, b: number) => (a + b) / 2;

/** Height of the words above the cells, where no note stands among them. */
const HEAD = 16 + 24 + 22 + 6;

/** Corners of the unit square in whole numbers, which fix both axes. */
const corners = [
  [0, 0],
  [100, 0],
  [0, 100],
  [100, 100],
] as const;

/** The cell of points in the lower left, found by its frame: the only long vertical lines of this colour. */
function pointCell(options: ColumnFigureOptions): Box {
  const picture = draw(options);
  const frame = placesOf(picture, color('#999999'), { top: 2 * HEAD });
  const counts = new Map<number, number>();
  for (const { x } of frame) counts.set(x, (counts.get(x) ?? 0) + 1);
  const lines = [...counts.keys()].filter((x) => counts.get(x)! > 600).toSorted((a, b) => a - b); // of two rows
  const { bottom } = boxOf(frame.filter(({ x }) => x === lines[0]));
  const [left, right] = [lines[0]!, lines.find((x) => x > lines[0]! + 100)!];
  return { left, right, top: bottom - (right - left), bottom };
}

/** Pixels of a part, less its rim, in which two pictures of one size differ. */
function changesIn(part: Box, a: Picture, b: Picture): Place[] {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  const changes: Place[] = [];
  for (let y = part.top + 4; y < part.bottom - 4; y++) {
    for (let x = part.left + 4; x < part.right - 4; x++) {
      if (a.colors[y * a.width + x] !== b.colors[y * a.width + x]) changes.push({ x, y });
    }
  }
  return changes;
}

describe('pairs', () => {
  const cell = pointCell(twoColumns(corners));

  it('draws x across and y up, below the diagonal', () => {
    const empty = draw(twoColumns(corners));
    const at = (x: number, y: number) => {
      const box = boxOf(changesIn(cell, draw(twoColumns([...corners, [x, y]])), empty));
      expect([box.right - box.left < 16, box.bottom - box.top < 16]).toEqual([true, true]); // one point
      return {
        x: (middle(box.left, box.right) - cell.left) / (cell.right - cell.left),
        y: (cell.bottom - middle(box.top, box.bottom)) / (cell.bottom - cell.top),
      };
    };
    const [near, far] = [at(20, 30), at(80, 40)];
    const unit = 1 / (102 * 1.06); // 26 bins of 4 from -0.5 on cover 104, with 3 % on both sides
    expect(near.x).toBeCloseTo(0.03 / 1.06 + 20.5 * unit, 1);
    expect(near.y).toBeCloseTo(0.03 / 1.06 + 30.5 * unit, 1);
    expect((far.x - near.x) / (far.y - near.y)).toBeCloseTo(6, 0);
  });

  it('has nothing above the diagonal', () => {
    const width = cell.right - cell.left;
    const above = { left: cell.right + 8, right: cell.right + width, top: cell.top - width, bottom: cell.top - 28 };
    const paper = placesOf(draw(twoColumns(corners)), color('#FFFFFF'), above);
    expect(paper).toHaveLength((above.right - above.left) * (above.bottom - above.top));
  });

  it('draws at most 1,000 points a series', () => {
    const line = (rows: number) => twoColumns(Array.from({ length: rows }, (_, i) => [i, i % 2] as const));
    const shapes = (rows: number) =>
      new TextDecoder().decode(pairs(line(rows), { format: 'svg' })).match(/fill="#0072B2"/gi)!.length;
    const [fewer, most, more] = [900, 1000, 1100].map(shapes);
    expect([most! - fewer!, more! - most!]).toEqual([100, 0]);
  });

  it('takes its points from all rows, the last ones too', () => {
    const rows = (last: number) => {
      const points = [...corners, ...new Array(2000).fill([0, 0]), ...new Array(last).fill([100, 100])];
      const inCorner = { left: cell.right - 30, right: cell.right, top: cell.top, bottom: cell.top + 30 };
      const noteHeight = 2 * 18;
      const lower = { top: inCorner.top + noteHeight, bottom: inCorner.bottom + noteHeight };
      return placesOf(draw(twoColumns(points)), blue, { ...inCorner, ...lower });
    };
    expect(rows(0)).toEqual([]); // one point is pale
    expect(rows(500).length).toBeGreaterThan(5); // many of them over each other are not
  });

  it('leaves out rows that miss one of the two values', () => {
    const holes = twoColumns([...corners, [50, Number.NaN], [Number.NaN, 50]]);
    const masked = twoColumns([...corners, [50, 1], [1, 50]]);
    const mask = Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1);
    expect(pairs(holes)).toEqual(pairs({ ...masked, series: [{ ...masked.series[0]!, mask }] }));
  });

  it('shows the bulk beside a value of 1e30, and says so', () => {
    const bulk = Array.from({ length: 50 }, (_, i) => [i / 50, (i % 7) / 7] as const);
    const [plain, far] = [bulk, [...bulk, [1e30, 0.5] as const]].map((rows) => draw(twoColumns(rows)));
    expect(far!.height).toBe(plain!.height + 2 * 18);
    const spread = (picture: typeof plain) => boxOf(placesOf(picture!, blue, { top: 300 }));
    expect(spread(far).right - spread(far).left).toBeGreaterThan(0.9 * (spread(plain).right - spread(plain).left));
  });

  it('draws one row, equal values, and columns without any value', () => {
    for (const rows of [
      [[3, 4]],
      [
        [3, 3],
        [3, 3],
      ],
      [[Number.NaN, 1]],
    ] as [number, number][][]) {
      expect(placesOf(draw(twoColumns(rows)), color('#999999')).length).toBeGreaterThan(1000);
    }
  });

  it('has the same bytes for the same input, as SVG too', () => {
    expect(pairs(twoColumns(corners, corners))).toEqual(pairs(twoColumns(corners, corners)));
    const svg = () => new TextDecoder().decode(pairs(twoColumns(corners, corners), { format: 'svg' }));
    expect(svg()).toBe(svg());
    expect(svg()).not.toMatch(/<text|<image/);
  });

  it.each<[string, ColumnFigureOptions, string]>([
    ['one column', oneColumn([1]), 'pairs: columns: expected 2 to 6 columns, got 1; draw it by marginals'],
    [
      'seven columns',
      { ...twoColumns(corners), columns: Array.from({ length: 7 }, () => numeric('x', 0)) },
      'pairs: columns: expected 2 to 6 columns, got 7; choose some of them',
    ],
    [
      'a bit',
      { ...twoColumns(corners), columns: [numeric('x', 0), { name: 'b', kind: 'bit', at: 1, width: 1 }] },
      'pairs: column "b": expected a number, got a bit; draw it by marginals',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => pairs(options)).toThrow(expect.objectContaining({ name: 'ExpectationError', message }));
  });
});
