// Distributions of columns: places and heights of bars, missing entries, far values, and refusals.
import { type ColumnFigureOptions, type FigureColumn, marginals } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { blue, numeric, oneColumn, vermilion } from './columns.ts';
import { boxOf, color, placesOf } from './picture.ts';
import { decodePng, type Picture } from './png.ts';

const draw = (options: ColumnFigureOptions) => decodePng(marginals(options));
const repeated = (...pairs: (readonly [value: number, times: number])[]) =>
  pairs.flatMap(([value, times]) => new Array<number>(times).fill(value));
/** Below the title, the legend and the panel's name; a note more moves the plot down by 26 pixels. */
const plotTop = (notes: number) => 2 * (16 + 24 + 22 + 6 + 16) + 26 * notes;

/** The box of a series' colour in the plot of the only panel. */
const barsIn = (options: ColumnFigureOptions, wanted: number, notes = 0) =>
  boxOf(placesOf(draw(options), wanted, { top: plotTop(notes) }));

const middle = ({ left, right }: { readonly left: number; readonly right: number }) => (left + right) / 2;

describe('marginals of numbers', () => {
  it('have densities, so that a sample of another size has the same bars', () => {
    const few = repeated([0, 10], [1, 20], [2, 10]);
    const many = repeated([0, 100], [1, 200], [2, 100]);
    expect(draw(oneColumn(few)).colors.slice(200 * 1040)).toEqual(draw(oneColumn(many)).colors.slice(200 * 1040));
  });

  it('have bars as high as the shares of whole numbers, one bin each', () => {
    const picture = draw(oneColumn(repeated([0, 20], [2, 10], [4, 50])));
    const { left, right, bottom } = boxOf(placesOf(picture, blue, { top: plotTop(0) }));
    const bin = (right - left) / 5;
    const heights = [0, 2, 4].map((i) => {
      const part = { top: plotTop(0), left: left + i * bin + 4, right: left + (i + 1) * bin - 4 };
      return bottom - boxOf(placesOf(picture, blue, part)).top;
    });
    expect(heights[0]! / heights[1]!).toBeCloseTo(2, 0);
    expect(heights[2]! / heights[0]!).toBeCloseTo(2.5, 0);
  });

  it('have the same bins for both series', () => {
    const options = oneColumn([0, 4], [2]);
    const [a, b] = [barsIn(options, blue), barsIn(options, vermilion)];
    expect(middle(b)).toBeCloseTo(middle(a), -1);
    expect((b.right - b.left) / (a.right - a.left)).toBeCloseTo(1 / 5, 1);
  });

  it('stand at their values: twice as many units right of the first bar, twice as far', () => {
    const lefts = [2, 4].map((value) => {
      const picture = draw(oneColumn(repeated([0, 1], [value, 50], [10, 1])));
      const high = placesOf(picture, blue, { top: plotTop(0), bottom: plotTop(0) + 100 });
      return boxOf(high).left;
    });
    const plot = barsIn(oneColumn(repeated([0, 1], [2, 50], [10, 1])), blue);
    const unit = (plot.right - plot.left) / 11;
    expect(lefts[1]! - lefts[0]!).toBeCloseTo(2 * unit, -1);
  });

  it('leave out missing entries, by mask or as NaN, and say so', () => {
    const values = repeated([0, 10], [1, 20], [2, 10]);
    const whole = oneColumn(values);
    const holes = (options: ColumnFigureOptions, mask?: readonly number[]): ColumnFigureOptions => ({
      ...options,
      series: options.series.map((each) => ({ ...each, ...(mask ? { mask: Uint8Array.from(mask) } : {}) })),
    });
    const byMask = holes(oneColumn([...values, 9, 9]), [...values.map(() => 1), 0, 0]);
    const byNaN = oneColumn([...values, Number.NaN, Number.NaN]);
    expect(marginals(byMask)).toEqual(marginals(byNaN));
    expect(draw(byMask).height).toBe(draw(whole).height + 26); // a note
    const bars = [barsIn(whole, blue), barsIn(byMask, blue, 1)];
    expect(bars[1]).toEqual({ ...bars[0]!, top: bars[0]!.top + 26, bottom: bars[0]!.bottom + 26 });
  });

  it('show the bulk of the values beside 1e30 and ∞, and count the others in a note', () => {
    const bulk = Array.from({ length: 100 }, (_, i) => i / 100);
    const [plain, far] = [oneColumn(bulk), oneColumn([...bulk, 1e30, Number.POSITIVE_INFINITY])];
    expect(draw(far).height).toBe(draw(plain).height + 26);
    const [a, b] = [barsIn(plain, blue), barsIn(far, blue, 1)];
    expect(b.right - b.left).toBeGreaterThan(0.95 * (a.right - a.left));
    const constant = oneColumn([...repeated([1, 99]), 1e30]); // no quartiles to judge by
    expect(draw(constant).height).toBe(draw(plain).height + 26);
  });

  it.each<[string, readonly number[], number]>([
    ['normal values', Array.from({ length: 999 }, (_, i) => Math.log((i + 1) / (999 - i))), 0],
    ['few values among zeros', [...repeated([0, 90]), 1, 2, 3, 4, 5], 0],
    ['a far value among zeros and few others', [...repeated([0, 90]), 1, 2, 3, 4, 5, 1e6], 1],
    ['one value in one row', [3.25], 0],
    ['the largest float32', [3.4e38, -3.4e38], 0],
  ])('have the right notes for %s', (_, values, notes) => {
    expect(draw(oneColumn(values)).height).toBe(draw(oneColumn([0, 1, 2])).height + 26 * notes);
  });

  it('say where no value is observed', () => {
    const picture = draw(oneColumn([Number.NaN, Number.NaN]));
    expect(placesOf(picture, blue, { top: plotTop(1) })).toEqual([]);
    expect(placesOf(picture, color('#666666'), { top: plotTop(1) }).length).toBeGreaterThan(50);
  });
});

describe('marginals of classes', () => {
  const category: FigureColumn = { name: 'species', kind: 'category', at: 0, width: 3, classes: ['a', 'b', 'c'] };
  /** One-hot rows of the classes. */
  const table = (classes: readonly number[], more: Partial<FigureColumn> = {}): ColumnFigureOptions => ({
    title: 'Classes',
    columns: [{ ...category, ...more }],
    width: 3,
    series: [{ label: 'data', values: Float32Array.from(classes.flatMap((k) => [0, 1, 2].map((i) => +(i === k)))) }],
  });
  const lengthsOf = (options: ColumnFigureOptions, bars: number) => {
    const picture = draw(options);
    const whole = boxOf(placesOf(picture, blue, { top: plotTop(0) }));
    const height = (whole.bottom - whole.top) / bars;
    return Array.from({ length: bars }, (_, i) => {
      const part = { top: whole.top + i * height, bottom: whole.top + (i + 1) * height };
      return boxOf(placesOf(picture, blue, part)).right - whole.left;
    });
  };

  it('have bars as long as their shares, in the order of the classes', () => {
    const [a, b, c] = lengthsOf(table([0, 1, 1, 1, 2, 2]), 3);
    expect(b! / a!).toBeCloseTo(3, 0);
    expect(c! / a!).toBeCloseTo(2, 0);
  });

  it('take the largest variable of a row for its class', () => {
    const sharp = table([0, 2]);
    const soft = [0.4, 0.3, 0.3, -1, -2, -0.5];
    expect(marginals({ ...sharp, series: [{ label: 'data', values: Float32Array.from(soft) }] })).toEqual(
      marginals(sharp),
    );
  });

  it('leave out a row with one missing variable', () => {
    const [values, mask] = [table([0, 1, 2, 2]).series[0]!.values, new Float32Array(12).fill(1)];
    mask[10] = 0;
    const holes = { ...table([0]), series: [{ label: 'data', values, mask }] };
    const [a, b] = [barsIn(holes, blue, 1), barsIn(table([0, 1, 2]), blue)];
    expect([a.left, a.right]).toEqual([b.left, b.right]);
  });

  it('draw two bars for a bit, from 0.5 on a 1', () => {
    const bit: FigureColumn = { name: 'bit', kind: 'bit', at: 0, width: 1 };
    const [zero, one] = lengthsOf({ ...oneColumn([0, 0.2, 0.5, 1, 1, 1, 1, 1]), columns: [bit] }, 2);
    expect(one! / zero!).toBeCloseTo(3, 0);
  });

  it('gather the rarest of many classes', () => {
    const width = 30;
    const rows = Array.from({ length: width }, (_, k) => k).flatMap((k) => new Array<number>(k < 9 ? 2 : 1).fill(k));
    const values = Float32Array.from(rows.flatMap((k) => Array.from({ length: width }, (_, i) => +(i === k))));
    const columns = [{ name: 'many', kind: 'category', at: 0, width } as const];
    const lengths = lengthsOf({ title: 't', columns, width, series: [{ label: 'data', values }] }, 10);
    expect(lengths[9]! / lengths[0]!).toBeGreaterThan(9.5); // 21 rows to 2, and a border
    expect(lengths[9]! / lengths[0]!).toBeLessThan(11.5);
  });
});

describe('the sheet of marginals', () => {
  const bytesFrom = ({ colors }: Picture, first: number) => Buffer.from(colors.slice(first).buffer);
  const wide = (columns: number): ColumnFigureOptions => ({
    title: 'Wide',
    columns: Array.from({ length: columns }, (_, at) => numeric(`column ${at}`, at)),
    width: 42,
    series: [{ label: 'data', values: Float32Array.from({ length: 3 * 42 }, (_, i) => i) }],
  });

  it('shows 40 columns, and says how many are left out', () => {
    const [all, one, two] = [40, 41, 42].map((columns) => draw(wide(columns)));
    expect(one!.height).toBe(all!.height + 2 * 18);
    const [words, panels] = [2 * (16 + 24 + 22) * one!.width, 2 * (16 + 24 + 22 + 18 + 6) * one!.width];
    expect(one!.colors.subarray(words, panels)).not.toEqual(two!.colors.subarray(words, panels)); // the numbers
    expect(Buffer.compare(bytesFrom(one!, panels), bytesFrom(two!, panels))).toBe(0);
  });

  it('keeps the longest names inside of their panels', () => {
    const name = 'W'.repeat(60);
    const picture = draw({ ...wide(4), columns: wide(4).columns.map((each) => ({ ...each, name })) });
    const words = placesOf(picture, color('#222222'), { top: plotTop(0) - 32, bottom: plotTop(0) + 64 });
    const panel = (i: number) => [2 * (16 + i * 260), 2 * (16 + i * 260 + 250)] as const;
    const inside = (x: number) => [0, 1, 2, 3].some((i) => x >= panel(i)[0] && x < panel(i)[1]);
    expect(words.length).toBeGreaterThan(1000);
    expect(words.filter(({ x }) => !inside(x))).toEqual([]);
  });

  it('has the same bytes for the same input, as SVG too', () => {
    expect(marginals(wide(5))).toEqual(marginals(wide(5)));
    const svg = () => new TextDecoder().decode(marginals(wide(5), { format: 'svg' }));
    expect(svg()).toBe(svg());
    expect(svg()).toMatch(/^<\?xml/);
    expect(svg()).not.toMatch(/<text|<image/);
  });
});

describe('marginals refuses', () => {
  const table = oneColumn([1, 2, 3]);
  const series = (more: object) => ({ series: [{ ...table.series[0]!, ...more }] });
  it.each<[string, Partial<ColumnFigureOptions>, string]>([
    ['no column', { columns: [] }, 'marginals: columns: expected at least one column, got none'],
    ['no series', { series: [] }, 'marginals: series: expected at least one series, got none'],
    ['no width', { width: 0 }, 'marginals: width: expected a whole number from 1, got 0'],
    [
      'no row',
      series({ values: new Float32Array() }),
      'marginals: series "series 0": expected one or more rows of 1 values, got 0 values',
    ],
    [
      'part of a row',
      { width: 2 },
      'marginals: series "series 0": expected one or more rows of 2 values, got 3 values',
    ],
    [
      'a column beyond the row',
      { columns: [numeric('x', 1)] },
      'marginals: column "x": expected variables among 0 … 0, got 1 from 1 on',
    ],
    [
      'names for another number of classes',
      { columns: [{ name: 'k', kind: 'category', at: 0, width: 1, classes: ['a', 'b'] }] },
      'marginals: column "k": expected none or 1 names of classes, got 2',
    ],
    [
      'a mask of another length',
      series({ mask: new Uint8Array(2) }),
      'marginals: series "series 0": expected a mask of 3 numbers, got 2',
    ],
    [
      'half a hole',
      series({ mask: Float32Array.of(1, 0.5, 0) }),
      'marginals: series "series 0": mask[1]: expected 0 (missing) or 1 (observed), got 0.5',
    ],
  ])('%s', (_, more, message) => {
    const draws = () => marginals({ ...table, ...more });
    expect(draws).toThrow(expect.objectContaining({ name: 'ExpectationError', message }));
  });
});
