// Bands around lines: a Chart.js plugin that fills y ± spread behind every series, run by run between gaps.
import type { Chart, Plugin } from 'chart.js';
import { withOpacity } from '../palette.ts';
import { isDrawable, type Point, type Series } from './chart-options.ts';

/** The plugin for one chart's series; `colors` are the series' colours, in the same order. */
export function spreadBands(series: readonly Series[], colors: readonly string[]): Plugin<'line'> {
  return {
    id: 'spreadBands',
    beforeDatasetsDraw: (chart) => {
      const { left, top, width, height } = chart.chartArea;
      chart.ctx.save();
      chart.ctx.beginPath();
      chart.ctx.rect(left, top, width, height);
      chart.ctx.clip();
      series.forEach(({ points }, i) => {
        for (const run of bandRuns(points)) drawBand(chart, run, colors[i]!);
      });
      chart.ctx.restore();
    },
  };
}

/** Unbroken stretches of points with a spread. */
function bandRuns(points: readonly Point[]): Required<Point>[][] {
  const runs: Required<Point>[][] = [[]];
  for (const point of points) {
    if (isDrawable(point) && Number.isFinite(point.spread)) runs.at(-1)!.push(point as Required<Point>);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function drawBand({ ctx, scales }: Chart<'line'>, run: readonly Required<Point>[], color: string): void {
  const at = ({ x, y, spread }: Required<Point>, side: 1 | -1) =>
    [scales.x!.getPixelForValue(x), scales.y!.getPixelForValue(y + side * spread)] as const;
  ctx.beginPath();
  for (const point of run) ctx.lineTo(...at(point, 1));
  for (const point of run.toReversed()) ctx.lineTo(...at(point, -1));
  ctx.closePath();
  ctx.fillStyle = withOpacity(color, 0.2);
  ctx.fill();
  if (run.length > 1) return;
  ctx.strokeStyle = color; // a lone point has no area: its band is a bar
  ctx.lineWidth = 1.5;
  ctx.stroke();
}
