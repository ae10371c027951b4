// The charts that are refused, word by word.
import { type LineChartOptions, lineChart, panels } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';

const points = [
  { x: 0, y: 1 },
  { x: 1, y: 2 },
];
const chart = (more: Partial<LineChartOptions>): LineChartOptions => ({
  title: 't',
  xLabel: 'x',
  yLabel: 'y',
  series: [{ label: 'a', points }],
  ...more,
});

const refusals: readonly [string, Partial<LineChartOptions>, string][] = [
  ['no series', { series: [] }, 'lineChart: series: expected at least one series, got none'],
  [
    'an empty series',
    { series: [{ label: 'a', points: [] }] },
    'lineChart: series "a": expected at least one point with finite x and y, got no points; leave the series out until it has values',
  ],
  [
    'a series without a finite point',
    { series: [{ label: 'a', points: [{ x: 1, y: Number.NaN }] }] },
    'lineChart: series "a": expected at least one point with finite x and y, got 1 points, none of them finite; leave the series out until it has values',
  ],
  [
    'x = 0 on a logarithmic axis',
    { logX: true },
    'lineChart: series "a": expected x above 0 on a logarithmic axis, got x = 0; leave the point out or use a linear axis',
  ],
  [
    'a negative spread',
    { series: [{ label: 'a', points: [{ x: 3, y: 1, spread: -1 }] }] },
    'lineChart: series "a": expected spreads of 0 or more, got -1 at x = 3',
  ],
  ['a tick at no number', { xTicks: [1, Number.NaN] }, 'lineChart: xTicks: expected finite numbers, got NaN'],
  [
    'a range upside down',
    { yRange: [3, 1] },
    'lineChart: yRange: expected two finite numbers, the smaller one first, got [3, 1]',
  ],
  ['half a pixel', { width: 99.5 }, 'lineChart: width: expected a whole number of pixels from 100 to 8000, got 99.5'],
];

describe('lineChart', () => {
  it.each(refusals)('refuses %s', (_, more, message) => {
    expect(() => lineChart(chart(more))).toThrow(expect.objectContaining({ name: 'ExpectationError', message }));
  });
});

describe('panels', () => {
  it('refuses a sheet without charts', () => {
    expect(() => panels([])).toThrow('panels: charts: expected at least one chart, got none');
  });
  it('refuses half a column', () => {
    expect(() => panels([chart({})], { columns: 0.5 })).toThrow(
      'panels: columns: expected a whole number from 1, got 0.5',
    );
  });
  it('names the chart that cannot be drawn', () => {
    expect(() => panels([chart({}), chart({ series: [] })])).toThrow(
      'panels: charts[1]: series: expected at least one series',
    );
  });
});
