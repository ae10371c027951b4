// Points of the plane in classes: each class has a colour, and its name stands at its points.
import { ExpectationError } from '@flowvae/tensor';
import { type ChartConfiguration, Legend, type Plugin, SubTitle, Title } from 'chart.js';
import { font } from '../font.ts';
import type { FileOptions } from '../pages/formats.ts';
import { classColor, ink, paper, withOpacity } from '../palette.ts';
import type { ChartSize, Placement } from './chart-drawing.ts';
import { drawChart } from './chart-file.ts';
import { axis, background, commonOptions, heading, leastWidth, legend } from './chart-style.ts';
import { swatches } from './histogram.ts';

/** The points of one class. */
export interface PointClass {
  readonly label: string;
  /** [n, 2], row-major. */
  readonly points: Float32Array;
}

/** A scatter chart: words with units, and its classes. */
export interface ScatterChartOptions extends ChartSize {
  readonly title: string;
  /** A line under the title; default none. */
  readonly note?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly classes: readonly PointClass[];
}

/**
 * Draws points in classes. Each class's name stands at the median of its points too, since ten colours are hard to tell
 * apart.
 *
 * @throws ExpectationError if there is no point, or a coordinate is not finite
 */
export function scatterChart(options: ScatterChartOptions, file: FileOptions = {}): Uint8Array {
  check(options);
  return drawChart({ width: 720, height: 700, ...options }, config, file);
}

function check({ classes }: ScatterChartOptions): void {
  const refuse = (what: string, expected: string, received: string) => {
    throw new ExpectationError({ where: `scatterChart: ${what}`, expected, received });
  };
  if (classes.every(({ points }) => points.length === 0)) refuse('classes', 'at least one point', 'none');
  for (const { label, points } of classes) {
    const bad = points.find((value) => !Number.isFinite(value));
    if (bad !== undefined) refuse(`class "${label}"`, 'finite coordinates', `${bad}`);
    if (points.length % 2 !== 0) refuse(`class "${label}"`, 'pairs of numbers', `${points.length} numbers`);
  }
}

function config(options: ScatterChartOptions, placement: Placement): ChartConfiguration {
  const { title, note, xLabel, yLabel, classes } = options;
  const radius = classes.reduce((sum, { points }) => sum + points.length / 2, 0) > 500 ? 1.8 : 3;
  return {
    type: 'scatter',
    data: {
      datasets: classes.map(({ label, points }, i) => ({
        label,
        data: Array.from({ length: points.length / 2 }, (_, n) => ({ x: points[2 * n]!, y: points[2 * n + 1]! })),
        backgroundColor: withOpacity(classColor(i), 0.75),
        borderColor: classColor(i), // the legend shows the border's colour
        borderWidth: 0,
        pointRadius: radius,
      })),
    },
    options: {
      ...commonOptions(placement),
      scales: {
        x: { type: 'linear', ...axis(xLabel) },
        y: { type: 'linear', ...axis(yLabel), ...leastWidth(placement.yAxisWidth) },
      },
      plugins: { ...heading(placement, title, note), legend: legend(swatches, true, 14) },
    },
    plugins: [Title, SubTitle, Legend, background, classNames(classes)],
  } as ChartConfiguration;
}

/** Names at medians, with a halo so that they can be read over points. */
function classNames(classes: readonly PointClass[]): Plugin {
  return {
    id: 'classNames',
    afterDatasetsDraw({ ctx, scales }) {
      ctx.save();
      ctx.font = font(20, 'bold');
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.lineWidth = 5;
      ctx.lineJoin = 'round';
      ctx.strokeStyle = paper;
      ctx.fillStyle = ink;
      const names = classes
        .filter(({ points }) => points.length > 0)
        .map(({ label, points }) => ({
          label,
          x: scales.x!.getPixelForValue(median(points, 0)),
          y: scales.y!.getPixelForValue(median(points, 1)),
        }));
      for (const { label, x, y } of apart(names)) {
        ctx.strokeText(label, x, y);
        ctx.fillText(label, x, y);
      }
      ctx.restore();
    },
  };
}

interface Name {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** Pixels between the middles of two names that can both be read. */
const LEAST_DISTANCE = 20;

/** From the top down, moves a name that would overlap a higher one below it. */
function apart(names: readonly Name[]): readonly Name[] {
  const placed: Name[] = [];
  for (const name of names.toSorted((a, b) => a.y - b.y)) {
    const near = placed.filter(({ x }) => Math.abs(x - name.x) < LEAST_DISTANCE);
    placed.push({ ...name, y: near.reduce((y, above) => Math.max(y, above.y + LEAST_DISTANCE), name.y) });
  }
  return placed;
}

function median(points: Float32Array, coordinate: 0 | 1): number {
  const values = points.filter((_, i) => i % 2 === coordinate).toSorted();
  return values[values.length >> 1]!;
}
