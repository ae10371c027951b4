// Sheets of several charts: sizes, places and axes that line up; and the SVG form of charts.
import { type LineChartOptions, lineChart, panels } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { boxOf, color, placesOf } from './picture.ts';
import { decodePng, type Picture } from './png.ts';

const blue = color('#0072B2');

const chart = (scale: number, more: Partial<LineChartOptions> = {}): LineChartOptions => ({
  title: `Values up to ${scale}`,
  xLabel: 'step',
  yLabel: 'nats',
  width: 400,
  height: 250,
  series: [
    {
      label: 'line',
      points: [
        { x: 0, y: scale / 2 },
        { x: 10, y: scale / 2 },
      ],
    },
  ],
  yRange: [0, scale],
  ...more,
});

/** The ends of the long horizontal line in one half of a sheet; the legend lies in the upper third of each chart. */
const lineEnds = (sheet: Picture, top: number, bottom: number) => {
  const { left, right } = boxOf(placesOf(sheet, blue, { left: 0, right: sheet.width, top: top + 150, bottom }));
  return [left, right];
};

describe('panels', () => {
  it('stacks charts and aligns their x axes, for any width of their numbers', () => {
    const sheet = decodePng(panels([chart(1), chart(1_000_000)]));
    expect(sheet).toMatchObject({ width: 800, height: 1000 });
    expect(lineEnds(sheet, 0, 500)).toEqual(lineEnds(sheet, 500, 1000));
  });

  it('would not line up by itself', () => {
    const alone = [1, 1_000_000].map((scale) => lineEnds(decodePng(lineChart(chart(scale))), 0, 500));
    expect(alone[0]).not.toEqual(alone[1]);
  });

  it('draws one chart as lineChart does', () => {
    const [sheet, alone] = [panels([chart(1)]), lineChart(chart(1))].map(decodePng);
    expect(placesOf(sheet!, blue)).toEqual(placesOf(alone!, blue));
  });

  it('lays charts out row by row, as high as the highest of a row', () => {
    const charts = [chart(1), chart(1, { height: 350, width: 300 }), chart(1)];
    expect(decodePng(panels(charts, { columns: 2 }))).toMatchObject({ width: 2 * 700, height: 2 * 600 });
  });

  it('gives the same bytes for the same input', () => {
    expect(Buffer.compare(panels([chart(1), chart(2)]), panels([chart(1), chart(2)]))).toBe(0);
  });
});

describe('SVG', () => {
  const text = (file: Uint8Array) => new TextDecoder().decode(file);
  const ids = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  const references = (svg: string) => [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id!);

  it('is a document with the series as a vector and the words as outlines', () => {
    const svg = text(lineChart(chart(1), { format: 'svg' }));
    expect(svg).toMatch(/^<\?xml version="1.0"[^>]*>\s*<svg [^>]*width="400" height="250"/);
    expect(svg).toMatch(/<path [^>]*stroke="#0072B2"/i);
    expect(svg).not.toContain('<text');
    expect(svg).not.toContain('<image');
  });

  it('nests charts with ids of their own', () => {
    const svg = text(panels([chart(1), chart(2)], { format: 'svg' }));
    expect(svg.match(/<svg /g)).toHaveLength(3);
    expect(svg.match(/<\/svg>/g)).toHaveLength(3);
    expect(svg.match(/<\?xml/g)).toHaveLength(1);
    expect(svg).toContain('<svg x="0" y="250" ');
    expect(references(svg).length).toBeGreaterThan(0);
    expect(new Set(ids(svg)).size).toBe(ids(svg).length);
    expect(references(svg).filter((id) => !ids(svg).includes(id))).toEqual([]);
  });

  it('gives the same text for the same input', () => {
    const draw = () => panels([chart(1), chart(2)], { format: 'svg' });
    expect(Buffer.compare(draw(), draw())).toBe(0);
    const alone = () => lineChart(chart(1), { format: 'svg' });
    expect(Buffer.compare(alone(), alone())).toBe(0);
  });
});
