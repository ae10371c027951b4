// Histograms, bars and points in classes: the places of their parts, and refusals.
import { type BarChartOptions, barChart, type HistogramOptions, histogram, scatterChart } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { boxOf, color, placesOf } from './picture.ts';
import { decodePng } from './png.ts';

const [blue, vermilion] = [color('#0072B2'), color('#D55E00')];
/** Below the legend, whose swatches have the colours of the bars. */
const plot = { top: 180 };

const bars = (more: Partial<BarChartOptions>): BarChartOptions => ({
  title: 'Bars',
  xLabel: 'layer',
  yLabel: 'nats',
  categories: ['a', 'b'],
  series: [{ label: 'one', values: [10, 20] }],
  width: 400,
  height: 300,
  ...more,
});

const values = (more: Partial<HistogramOptions> = {}): HistogramOptions => ({
  title: 'Values',
  xLabel: 'nats',
  samples: [{ label: 'one', values: [1, 1, 1, 2, 9] }],
  bins: 10,
  range: [0, 10],
  width: 400,
  height: 300,
  ...more,
});

describe('barChart', () => {
  const heightsOf = (options: BarChartOptions) => {
    const picture = decodePng(barChart(options));
    const middle = picture.width / 2 + 40;
    return [{ right: middle }, { left: middle }].map((half) => {
      const { top, bottom } = boxOf(placesOf(picture, blue, { top: 60, ...half }));
      return bottom - top;
    });
  };

  it('draws bars whose heights are as their values', () => {
    const [low, high] = heightsOf(bars({}));
    expect(high! / low!).toBeCloseTo(2, 1);
  });

  it('draws ranges from end to end', () => {
    const [narrow, wide] = heightsOf(
      bars({
        series: [
          {
            label: 'ranges',
            values: [
              [-1, 1],
              [-3, 2],
            ],
          },
        ],
      }),
    );
    expect(wide! / narrow!).toBeCloseTo(2.5, 1);
  });

  it('stacks', () => {
    const series = [
      { label: 'one', values: [10, 10] },
      { label: 'two', values: [10, 30] },
    ];
    const picture = decodePng(barChart(bars({ series, arrange: 'stacked' })));
    const [below, above] = [blue, vermilion].map((wanted) => boxOf(placesOf(picture, wanted, plot)));
    expect(above!.bottom).toBeLessThanOrEqual(below!.top + 2);
  });

  it.each([
    ['no category', { categories: [] }, /categories: expected at least one/],
    ['another number of bars', { series: [{ label: 'one', values: [1] }] }, /series "one": expected 2 bars, got 1/],
    ['NaN', { series: [{ label: 'one', values: [1, Number.NaN] }] }, /finite numbers, got NaN/],
    ['a range to ∞', { series: [{ label: 'x', values: [1, [0, Number.POSITIVE_INFINITY]] as const }] }, /got Infinity/],
  ])('refuses %s', (_, more, text) => {
    expect(() => barChart(bars(more))).toThrow(text);
  });
});

describe('histogram', () => {
  const edge = color('#0072B2');

  it('has the bars of its counts: one full bin of ten fills a third of three full bins', () => {
    const filled = (numbers: readonly number[]) => {
      const picture = decodePng(histogram(values({ samples: [{ label: 'one', values: numbers }] })));
      const counts = new Map<number, number>();
      for (const value of picture.colors) counts.set(value, (counts.get(value) ?? 0) + 1);
      counts.delete(color('#FFFFFF'));
      return [...counts.values()].reduce((a, b) => Math.max(a, b));
    };
    const ratio = filled([1, 5, 9]) / filled([1.2, 1.3, 1.4]); // edges of the bars have another colour
    expect(ratio).toBeGreaterThan(2.8);
    expect(ratio).toBeLessThan(3.2);
  });

  it('has its vertical lines at the ticks, not between them', () => {
    const picture = decodePng(histogram(values({ samples: [{ label: 'one', values: [0.5, 9.5] }] })));
    const { left, right, bottom } = boxOf(placesOf(picture, edge, { top: 60 })); // from 0 to 10
    const row = bottom - 100; // in no horizontal line
    const lines = placesOf(picture, color('#E6E6E6'), {
      left: left + 60,
      right: right - 60,
      top: row,
      bottom: row + 1,
    });
    const places = lines.map(({ x }) => (10 * (x - left)) / (right - left));
    for (const at of [2, 4, 6, 8]) expect(places.some((place) => Math.abs(place - at) < 0.1)).toBe(true);
    for (const at of [1, 3, 5, 7]) expect(places.some((place) => Math.abs(place - at) < 0.1)).toBe(false);
  });

  it('counts the values that it leaves out, in a line that makes room for itself', () => {
    const samples = [{ label: 'one', values: [1, 2, Number.NaN, Number.POSITIVE_INFINITY, 30] }];
    const [cut, whole] = [values({ samples }), values({ samples: [{ label: 'one', values: [1, 2] }] })].map((options) =>
      boxOf(placesOf(decodePng(histogram(options)), edge, { top: 60 })),
    );
    expect(cut!.top).toBeGreaterThan(whole!.top + 10);
  });

  it.each([
    ['nothing finite', { samples: [{ label: 'one', values: [Number.NaN] }] }, /samples: expected at least one finite/],
    ['no bins', { bins: 0 }, /bins: expected a whole number from 1 to 1000, got 0/],
    ['an empty range', { range: [1, 1] as const }, /range: expected two finite numbers/],
  ])('refuses %s', (_, more, text) => {
    expect(() => histogram(values(more))).toThrow(text);
  });

  it('draws values that are all equal', () => {
    const { range: _, ...options } = values({ samples: [{ label: 'one', values: [3, 3, 3] }] });
    expect(placesOf(decodePng(histogram(options)), edge, { top: 60 }).length).toBeGreaterThan(0);
  });
});

describe('scatterChart', () => {
  const classes = [
    { label: '0', points: Float32Array.of(-1, -1, -0.9, -1, -1, -0.9) },
    { label: '1', points: Float32Array.of(1, 1, 0.9, 1, 1, 0.9) },
  ];
  const options = { title: 'Map', xLabel: 'z₁', yLabel: 'z₂', width: 400, height: 400, classes };

  it('names every class where its points are, and in the legend', () => {
    const picture = decodePng(scatterChart(options));
    const other = decodePng(scatterChart({ ...options, classes: [classes[0]!, { ...classes[1]!, label: '7' }] }));
    const changed = Array.from(picture.colors).flatMap((value, i) => (value === other.colors[i] ? [] : [i]));
    const at = changed.map((i) => ({ x: i % picture.width, y: Math.floor(i / picture.width) }));
    expect(at.some(({ y }) => y < 130)).toBe(true); // the legend
    expect(at.filter(({ y }) => y > 130).every(({ x, y }) => x > picture.width / 2 && y < picture.height / 2)).toBe(
      true,
    );
  });

  it('draws the names of classes in one place below each other', () => {
    const points = Float32Array.of(0, 0, 1, 1, -1, -1);
    const heights = [['0'], ['0', '1']].map((labels) => {
      const given = labels.map((label) => ({ label, points }));
      const ink = placesOf(decodePng(scatterChart({ ...options, classes: given })), color('#222222'), {
        left: 360,
        right: 520,
        top: 260,
        bottom: 600,
      }); // pixels of the middle, where nothing else is
      const { top, bottom } = boxOf(ink);
      return bottom - top;
    });
    expect(heights[1]! - heights[0]!).toBeCloseTo(40, -1);
  });

  it.each([
    ['no points', [{ label: '0', points: new Float32Array() }], /classes: expected at least one point/],
    [
      'NaN',
      [{ label: '0', points: Float32Array.of(0, Number.NaN) }],
      /class "0": expected finite coordinates, got NaN/,
    ],
    ['half a point', [{ label: '0', points: Float32Array.of(0) }], /class "0": expected pairs of numbers/],
  ])('refuses %s', (_, given, text) => {
    expect(() => scatterChart({ ...options, classes: given })).toThrow(text);
  });
});
