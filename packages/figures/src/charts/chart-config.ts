// Turns the options of a line chart into a Chart.js configuration: the house style of every chart.
import {
  type Chart,
  type ChartConfiguration,
  type ChartDataset,
  Legend,
  type LegendItem,
  SubTitle,
  Title,
} from 'chart.js';
import { ink, seriesColor, seriesColors } from '../palette.ts';
import { xAxis, yAxis } from './chart-axes.ts';
import { chartSize, type Drawing, type Placement } from './chart-drawing.ts';
import { isDrawable, type LineChartOptions, type Point, type Series } from './chart-options.ts';
import { background, commonOptions, heading, legend } from './chart-style.ts';
import { spreadBands } from './spread-band.ts';
import { cutNote, yAxisRange } from './value-range.ts';

/** Lines with at most this many points carry a marker on each. */
const markedPoints = 24;

/** A line chart, ready to be drawn. */
export const lineDrawing = (options: LineChartOptions): Drawing => ({
  ...chartSize(options),
  config: (placement) => chartConfig(options, placement) as ChartConfiguration,
});

function chartConfig(options: LineChartOptions, placement: Placement): ChartConfiguration<'line', Point[]> {
  const colors = options.series.map(({ color }, i) => seriesColor(color ?? i));
  return {
    type: 'line',
    data: { datasets: options.series.map((series, i) => dataset(series, i, colors[i]!)) },
    options: {
      ...commonOptions(placement),
      scales: { x: xAxis(options), y: yAxis(options, placement.yAxisWidth) },
      plugins: words(options, placement),
    },
    plugins: [Title, SubTitle, Legend, background, spreadBands(options.series, colors)],
  };
}

function dataset(
  { label, points, dashed = false }: Series,
  place: number,
  color: string,
): ChartDataset<'line', Point[]> {
  const alone = (i: number) => ![i - 1, i + 1].some((j) => points[j] && isDrawable(points[j]));
  const marked = points.length <= markedPoints;
  return {
    label,
    data: withGaps(points),
    borderColor: color,
    backgroundColor: color,
    borderWidth: 2,
    borderJoinStyle: 'round',
    borderDash: dashPattern(dashed, place),
    clip: { left: 5, right: 5, top: 1, bottom: 1 }, // markers on the first and last x stay whole
    // a point between two gaps has no line to be seen by
    pointRadius: points.map((_, i) => (marked || alone(i) ? 3 : 0)),
    pointBorderWidth: 0,
  };
}

/** Chart.js breaks the line where y is NaN, but such a point still needs an x. */
function withGaps(points: readonly Point[]): Point[] {
  let x = points.find(isDrawable)!.x;
  return points.map((point) => {
    if (!isDrawable(point)) return { x, y: Number.NaN };
    x = point.x;
    return { x, y: point.y };
  });
}

/** Past the end of the palette the colours come again, dotted. */
function dashPattern(dashed: boolean, place: number): number[] {
  if (dashed) return [7, 4];
  return place < seriesColors.length ? [] : [2, 3];
}

function words({ title, series, ...options }: LineChartOptions, placement: Placement) {
  const note = cutNote(series, yAxisRange({ title, series, ...options }));
  return { ...heading(placement, title, note), legend: legend(lineSamples) };
}

/**
 * One legend entry per series, with a piece of its line: the default shows the series' point, which most lines do not
 * have.
 */
function lineSamples({ data }: Chart): LegendItem[] {
  return data.datasets.map((set, datasetIndex) => {
    const { label = '', borderColor, borderDash } = set as ChartDataset<'line'>;
    return {
      text: label,
      datasetIndex,
      pointStyle: 'line',
      strokeStyle: borderColor as string,
      lineDash: borderDash as number[],
      lineWidth: 2,
      fontColor: ink,
    };
  });
}
