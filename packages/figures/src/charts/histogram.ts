// Histograms: the distribution of one number over many data points.
import { ExpectationError } from '@flowvae/tensor';
import { type Chart, type ChartConfiguration, Legend, type LegendItem, type Plugin, SubTitle, Title } from 'chart.js';
import { font } from '../font.ts';
import type { FileOptions } from '../pages/formats.ts';
import { ink, mutedInk, seriesColor, withOpacity } from '../palette.ts';
import type { ChartSize, Placement } from './chart-drawing.ts';
import { drawChart } from './chart-file.ts';
import { axis, background, commonOptions, heading, leastWidth, legend } from './chart-style.ts';
import { type Bins, countInBins } from './value-bins.ts';

/** Values under one name. */
export interface Sample {
  readonly label: string;
  /** Values that are not finite are counted in a line under the title. */
  readonly values: ArrayLike<number>;
}

/** A vertical line at a notable value. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** A histogram: words with units, and its values. */
export interface HistogramOptions extends ChartSize {
  readonly title: string;
  /** With its unit. */
  readonly xLabel: string;
  /** The counted things; default `count`. */
  readonly yLabel?: string;
  readonly samples: readonly Sample[];
  /** Default 40. */
  readonly bins?: number;
  /** Ends of the bins; default: all finite values. A line under the title counts the values outside. */
  readonly range?: readonly [from: number, to: number];
  readonly marks?: readonly Mark[];
}

/**
 * Draws a histogram; several samples lie over each other, see-through.
 *
 * @throws ExpectationError if no value is finite, or the bins are impossible
 */
export function histogram(options: HistogramOptions, file: FileOptions = {}): Uint8Array {
  check(options);
  return drawChart(options, config, file);
}

function check({ samples, bins = 40, range = [0, 1] }: HistogramOptions): void {
  const refuse = (what: string, expected: string, received: string) => {
    throw new ExpectationError({ where: `histogram: ${what}`, expected, received });
  };
  if (finiteValues(samples).length === 0) refuse('samples', 'at least one finite value', 'none');
  if (!Number.isInteger(bins) || bins < 1 || bins > 1000) refuse('bins', 'a whole number from 1 to 1000', `${bins}`);
  const [from, to] = range;
  if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
    refuse('range', 'two finite numbers, the smaller one first', `[${from}, ${to}]`);
  }
}

const finiteValues = (samples: readonly Sample[]) =>
  samples.flatMap(({ values }) => Array.from(values).filter(Number.isFinite));

function rangeOf({ samples, range }: HistogramOptions): readonly [number, number] {
  if (range) return range;
  const values = finiteValues(samples);
  const [from, to] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return from < to ? [from, to] : [from - 0.5, from + 0.5];
}

function config(options: HistogramOptions, placement: Placement): ChartConfiguration {
  const { title, xLabel, yLabel = 'count', samples, bins = 40, marks = [] } = options;
  const [from, to] = rangeOf(options);
  const counted = samples.map(({ values }) => countInBins(values, { from, to, bins }));
  const { grid, ...x } = axis(xLabel);
  return {
    type: 'bar',
    data: { datasets: counted.map((each, i) => bars(each, samples[i]!.label, i)) },
    options: {
      ...commonOptions(placement),
      scales: {
        // lines at the ticks, not between
        x: { type: 'linear', ...x, grid: { ...grid, offset: false }, min: from, max: to, offset: false },
        y: {
          type: 'linear',
          ...axis(yLabel),
          beginAtZero: true,
          grace: marks.length > 0 ? '12%' : 0,
          ...leastWidth(placement.yAxisWidth),
        },
      },
      plugins: {
        ...heading(placement, title, outsideNote(counted, samples)),
        legend: legend(swatches, samples.length > 1, 14),
      },
    },
    plugins: [Title, SubTitle, Legend, background, markLines(marks)],
  } as ChartConfiguration;
}

/** The bars of one sample, see-through. */
export function bars({ from, width, counts }: Omit<Bins, 'outside'>, label: string, place: number) {
  const color = seriesColor(place);
  return {
    label,
    data: counts.map((y, bin) => ({ x: from + (bin + 0.5) * width, y })),
    backgroundColor: withOpacity(color, 0.5),
    borderColor: color,
    borderWidth: 1,
    barPercentage: 1,
    categoryPercentage: 1,
    grouped: false,
  };
}

function outsideNote(counted: readonly Bins[], samples: readonly Sample[]): string | undefined {
  const outside = counted.reduce((sum, each) => sum + each.outside, 0);
  const all = samples.reduce((sum, { values }) => sum + values.length, 0);
  return outside === 0 ? undefined : `${outside} of ${all} values lie outside the axis or are not finite: not shown`;
}

/** One legend entry a series, in its colour. */
export function swatches({ data }: Chart): LegendItem[] {
  return data.datasets.map(({ label = '', borderColor }, datasetIndex) => ({
    text: label,
    datasetIndex,
    pointStyle: 'rectRounded',
    fillStyle: borderColor as string,
    strokeStyle: borderColor as string,
    fontColor: ink,
  }));
}

/** Dashed vertical lines with a word each. */
function markLines(marks: readonly Mark[]): Plugin {
  return {
    id: 'marks',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      for (const { x, label } of marks) {
        const at = scales.x!.getPixelForValue(x);
        if (at < chartArea.left || at > chartArea.right) continue;
        const isRight = at > (chartArea.left + chartArea.right) / 2;
        ctx.save();
        ctx.strokeStyle = mutedInk;
        ctx.lineWidth = 1.5;
        ctx.setLineDash([5, 4]);
        ctx.beginPath();
        ctx.moveTo(at, chartArea.top);
        ctx.lineTo(at, chartArea.bottom);
        ctx.stroke();
        ctx.setLineDash([]); // dashes would reach the words
        ctx.fillStyle = ink;
        ctx.font = font(12);
        ctx.textAlign = isRight ? 'right' : 'left';
        ctx.textBaseline = 'top';
        ctx.fillText(label, at + (isRight ? -6 : 6), chartArea.top + 4);
        ctx.restore();
      }
    },
  };
}
