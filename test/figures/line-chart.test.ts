// Line charts, judged by their pixels: every series stands in its colour where its values say.
import { type LineChartOptions, lineChart, type Point } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { boxOf, centre, color, colorAt, differenceBox, placesOf } from './picture.ts';
import { decodePng, type Picture, pngSignature } from './png.ts';

const [blue, vermilion, green] = ['#0072B2', '#D55E00', '#009E73'].map(color) as [number, number, number];
const mutedText = color('#666666');

const level = (y: number, from = 0, to = 10): Point[] => [
  { x: from, y },
  { x: to, y },
];

/** A chart with rulers: the first series lies on the bottom of the plot, the second on its top. */
const ruled = (points: readonly Point[], more: Partial<LineChartOptions> = {}): LineChartOptions => ({
  title: 'Title',
  xLabel: 'step',
  yLabel: 'value (nats)',
  yRange: [0, 10],
  width: 480,
  height: 320,
  series: [
    { label: 'bottom', points: level(0) },
    { label: 'top', points: level(10) },
    { label: 'measured', points },
  ],
  ...more,
});

/** The plot area between the rulers, and the pixels of the third series in it. */
function measured(picture: Picture) {
  const { width, height } = picture;
  const below = { left: 0, right: width, top: height / 5, bottom: height }; // the legend lies above
  const ruler = (hue: number) => {
    const places = placesOf(picture, hue, { ...below, left: width / 3, right: width / 2 });
    return centre(places.map(({ y }) => y));
  };
  const [bottom, top] = [ruler(blue), ruler(vermilion)];
  const line = placesOf(picture, blue, below);
  const { left, right } = boxOf(line.filter(({ y }) => Math.abs(y - bottom) < 1.5));
  const places = placesOf(picture, green, { ...below, top: Math.floor(top) - 8 });
  const asData = ({ x, y }: { x: number; y: number }) => ({
    x: (10 * (x - left)) / (right - 1 - left),
    y: (10 * (bottom - y)) / (bottom - top),
  });
  return { places: places.map(asData), left, right, top, bottom };
}

const drawn = (options: LineChartOptions) => decodePng(lineChart(options));

describe('lineChart', () => {
  it('writes a PNG with two pixels for each of the layout', () => {
    const { width: _, height: __, ...options } = ruled(level(5));
    const file = lineChart(options);
    expect([...file.subarray(0, 8)]).toEqual(pngSignature);
    expect(decodePng(file)).toMatchObject({ width: 1600, height: 900 });
    expect(drawn(ruled(level(5), { width: 500, height: 300 }))).toMatchObject({ width: 1000, height: 600 });
  });

  it.each([2.5, 5, 9])('draws y = %d at that height, from end to end', (y) => {
    const { places } = measured(drawn(ruled(level(y))));
    const line = places.filter((place) => place.x > 1 && place.x < 9);
    expect(centre(line.map((place) => place.y))).toBeCloseTo(y, 1);
    expect(new Set(line.map(({ x }) => x)).size).toBeGreaterThan(600);
  });

  it.each([2, 7.5])('draws a spike at x = %d in that column', (x) => {
    const spike = [
      { x: 0, y: 1 },
      { x: x - 0.2, y: 1 },
      { x, y: 8 },
      { x: x + 0.2, y: 1 },
      { x: 10, y: 1 },
    ];
    const tip = measured(drawn(ruled(spike))).places.filter((place) => place.y > 7.9);
    expect(centre(tip.map((place) => place.x))).toBeCloseTo(x, 1);
  });

  it('draws x = 10 in the middle of a logarithmic axis from 1 to 100', () => {
    const series = ruled([{ x: 10, y: 5 }]).series.map((line, i) =>
      i < 2 ? { ...line, points: level(i * 10, 1, 100) } : line,
    );
    const { places } = measured(drawn(ruled([], { series, logX: true })));
    expect(centre(places.map(({ x }) => x))).toBeCloseTo(5, 1);
  });

  it.each([false, true])('has a line where xTicks has a number, and no other (logarithmic: %s)', (logX) => {
    const series = [{ label: 'a', points: level(5, 1, 10) }];
    const columns = (xTicks: readonly number[]) => {
      const picture = drawn(ruled([], { series, logX, xTicks }));
      const { left, right, top, bottom } = measured(drawn(ruled(level(5))));
      const y = Math.round(bottom - 0.23 * (bottom - top)); // between the lines of the other axis
      const inside = Array.from({ length: right - left - 20 }, (_, i) => left + 10 + i);
      return inside.filter((x) => colorAt(picture, { x, y }) !== 0xffffff).length;
    };
    expect(columns([])).toBe(0);
    expect(columns([3])).toBeGreaterThan(0);
    expect(columns([3, 7])).toBe(2 * columns([3]));
    expect(columns([3, 70])).toBe(columns([3]));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('leaves a gap at y = %d', (y) => {
    const gap = [...level(5, 0, 4), { x: 5, y }, ...level(5, 6, 10)];
    const xs = measured(drawn(ruled(gap))).places.map(({ x }) => x);
    expect(xs.some((x) => x > 4.1 && x < 5.9)).toBe(false);
    expect(xs.some((x) => x < 3.9) && xs.some((x) => x > 6.1)).toBe(true);
  });

  it('shows a point between two gaps', () => {
    const alone = [
      ...level(2, 0, 3),
      { x: 4, y: Number.NaN },
      { x: 5, y: 7 },
      { x: Number.NaN, y: 1 },
      ...level(2, 7, 10),
    ];
    const dot = measured(drawn(ruled(alone))).places.filter(({ y }) => y > 3);
    expect(centre(dot.map(({ x }) => x))).toBeCloseTo(5, 1);
    expect(centre(dot.map(({ y }) => y))).toBeCloseTo(7, 1);
  });

  it('draws a band of ± spread around the line and nothing past it', () => {
    const picture = drawn(ruled(level(5).map((point) => ({ ...point, spread: 2 }))));
    const { left, right, top, bottom } = measured(picture);
    const x = left + Math.round((right - left) * 0.33); // between grid lines
    const tinted = (y: number) => {
      const at = colorAt(picture, { x, y: Math.round(bottom - (y / 10) * (bottom - top)) });
      return at === 0xccece3; // a fifth of the series' green over white
    };
    expect([2.7, 3.3, 4.3, 5.7, 6.7, 7.3].map(tinted)).toEqual([false, true, true, true, true, false]);
  });

  it('breaks a dashed line and no other', () => {
    const { series, ...options } = ruled(level(5));
    const dashes = (dashed: boolean) => {
      const picture = drawn({ ...options, series: series.map((line, i) => (i === 2 ? { ...line, dashed } : line)) });
      return new Set(measured(picture).places.map(({ x }) => x)).size;
    };
    expect(dashes(true)).toBeLessThan(0.8 * dashes(false));
  });

  it('gives a series the colour of the place it asks for', () => {
    const { series, ...options } = ruled(level(5));
    const recoloured = { ...options, series: series.map((line, i) => (i === 2 ? { ...line, color: 5 } : line)) };
    expect(placesOf(drawn(recoloured), color('#56B4E9')).length).toBeGreaterThan(600);
  });

  it('draws its title: another title changes pixels at the top and nowhere else', () => {
    const [a, b] = ['Title', 'Another one'].map((title) => drawn(ruled(level(5), { title })));
    const box = differenceBox(a!, b!)!;
    expect(box.right - box.left).toBeGreaterThan(100);
    expect(box.bottom).toBeLessThan(80);
  });

  it.each(['xLabel', 'yLabel'] as const)('draws its %s', (label) => {
    expect(differenceBox(drawn(ruled(level(5))), drawn(ruled(level(5), { [label]: 'other words' })))).toBeDefined();
  });

  it('gives the same bytes for the same input', () => {
    const options = ruled(level(5).map((point) => ({ ...point, spread: 1 })));
    expect(Buffer.compare(lineChart(options), lineChart(options))).toBe(0);
  });
});

describe('lineChart: yRange', () => {
  const settling = Array.from({ length: 100 }, (_, i) => ({
    x: 100 * (i + 1),
    y: 100 + 4 * (i % 2) + 450 * Math.exp(-i),
  }));
  const curve = (yRange: LineChartOptions['yRange'], points = settling): LineChartOptions => ({
    title: 'Bound',
    xLabel: 'step',
    yLabel: 'nats',
    width: 480,
    height: 320,
    series: [{ label: 'train', points }],
    ...(yRange ? { yRange } : {}),
  });

  it('robust cuts the first steps off, at round numbers', () => {
    // quartiles 100 and 104: Tukey's fences are 94 and 110, the data begin at 100
    expect(Buffer.compare(lineChart(curve('robust')), lineChart(curve([100, 110])))).toBe(0);
  });

  it('robust shows everything where nothing is far off', () => {
    const settled = settling.slice(20);
    expect(Buffer.compare(lineChart(curve('robust', settled)), lineChart(curve('all', settled)))).toBe(0);
  });

  it('robust cuts a late spike off', () => {
    const spike = settling.map((point, i) => (i === 55 ? { ...point, y: 1e6 } : point));
    expect(Buffer.compare(lineChart(curve('robust', spike)), lineChart(curve([100, 110], spike)))).toBe(0);
  });

  it('robust hides nothing of where a curve arrives, however few points it has there', () => {
    const improving = [...Array(12).fill(600), ...Array(7).fill(599), 500, 400, 300, 218].map((y, x) => ({ x, y }));
    expect(Buffer.compare(lineChart(curve('robust', improving)), lineChart(curve('all', improving)))).toBe(0);
  });

  it('says under the title that values are cut off, and only then', () => {
    const words = (options: LineChartOptions) => placesOf(drawn(options), mutedText).length;
    expect(words(curve('robust'))).toBeGreaterThan(100);
    expect(words(curve([0, 200]))).toBeGreaterThan(100);
    expect(words(curve([0, 600]))).toBeLessThan(20); // the edges of other words may chance on the same grey
    expect(words(curve('all'))).toBeLessThan(20);
  });

  it('keeps the whole x axis when early points are cut', () => {
    const at = (yRange: LineChartOptions['yRange']) =>
      boxOf(placesOf(drawn(curve(yRange)), blue).filter(({ y }) => y > 200)).left;
    expect(at([100, 110])).toBeGreaterThan(at([0, 600])); // the visible part begins later, on the same axis
  });
});

describe('lineChart: colours past the palette', () => {
  it('come again with a dotted line', () => {
    const series = Array.from({ length: 8 }, (_, i) => ({ label: `s${i}`, points: level(i + 1) }));
    const picture = drawn({ title: '', xLabel: 'x', yLabel: 'y', yRange: [0, 10], series });
    const rows = new Map<number, number>();
    for (const { y } of placesOf(picture, blue)) rows.set(y, (rows.get(y) ?? 0) + 1);
    const long = [...rows.values()].filter((count) => count > 300).toSorted((a, b) => a - b);
    expect(long[0]! / long.at(-1)!).toBeLessThan(0.6);
  });
});
