// Bars over categories: one number, or a range of numbers, for each.
import { ExpectationError } from '@flowvae/tensor';
import { type ChartConfiguration, Legend, SubTitle, Title } from 'chart.js';
import type { FileOptions } from '../pages/formats.ts';
import { seriesColor } from '../palette.ts';
import type { ChartSize, Placement } from './chart-drawing.ts';
import { drawChart } from './chart-file.ts';
import { axis, background, commonOptions, heading, leastWidth, legend } from './chart-style.ts';
import { swatches } from './histogram.ts';

/** A number from 0 up or down, or the two ends of a range. */
export type Bar = number | readonly [low: number, high: number];

/** One bar for each category. */
export interface BarSeries {
  readonly label: string;
  readonly values: readonly Bar[];
  /** Width as a share of the category's, 0 to 1; default 0.8. Different widths distinguish overlapping series. */
  readonly width?: number;
  /** The place in the palette; default: the series' place in the chart. */
  readonly color?: number;
}

/** A bar chart: words with units, categories, and their bars. */
export interface BarChartOptions extends ChartSize {
  readonly title: string;
  /** A line under the title; default none. */
  readonly note?: string;
  readonly xLabel: string;
  /** With its unit. */
  readonly yLabel: string;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** `'beside'` (default), `'over'` each other, or `'stacked'`. */
  readonly arrange?: 'beside' | 'over' | 'stacked';
}

/**
 * Draws bars; the same options give the same bytes.
 *
 * @throws ExpectationError if there is nothing to draw, a series has another number of bars than there are categories,
 * or a value is not finite
 */
export function barChart(options: BarChartOptions, file: FileOptions = {}): Uint8Array {
  check(options);
  return drawChart(options, config, file);
}

function check({ categories, series }: BarChartOptions): void {
  const refuse = (what: string, expected: string, received: string) => {
    throw new ExpectationError({ where: `barChart: ${what}`, expected, received });
  };
  if (categories.length === 0) refuse('categories', 'at least one', 'none');
  if (series.length === 0) refuse('series', 'at least one', 'none');
  for (const { label, values } of series) {
    const where = `series "${label}"`;
    if (values.length !== categories.length) refuse(where, `${categories.length} bars`, `${values.length}`);
    const bad = values.flat().find((value) => !Number.isFinite(value));
    if (bad !== undefined) refuse(where, 'finite numbers', `${bad}`);
  }
}

function config(options: BarChartOptions, placement: Placement): ChartConfiguration {
  const { title, note, xLabel, yLabel, categories, series, arrange = 'beside' } = options;
  const stacked = arrange === 'stacked';
  return {
    type: 'bar',
    data: {
      labels: [...categories],
      datasets: series.map(({ label, values, width = 0.8, color }, i) => ({
        label,
        data: values.map((bar): number | [number, number] => (typeof bar === 'number' ? bar : [bar[0], bar[1]])),
        backgroundColor: seriesColor(color ?? i),
        borderColor: seriesColor(color ?? i), // the legend shows the border's colour
        borderWidth: 0,
        minBarLength: 2, // a bar of 0 is seen to be there
        categoryPercentage: width,
        barPercentage: arrange === 'beside' ? 0.9 : 1,
        grouped: arrange === 'beside',
      })),
    },
    options: {
      ...commonOptions(placement),
      scales: {
        x: { type: 'category', ...axis(xLabel), stacked, grid: { display: false } },
        y: { type: 'linear', ...axis(yLabel), stacked, ...leastWidth(placement.yAxisWidth) },
      },
      plugins: { ...heading(placement, title, note), legend: legend(swatches, series.length > 1, 14) },
    },
    plugins: [Title, SubTitle, Legend, background],
  } as ChartConfiguration;
}
