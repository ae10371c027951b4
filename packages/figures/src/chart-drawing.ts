// Draws charts: Chart.js on a native canvas, with no page around it.
import { type Canvas, createCanvas, type SvgCanvas, SvgExportFlag } from '@napi-rs/canvas';
import {
  Chart,
  type ChartItem,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
} from 'chart.js';
import { chartConfig, type Placement } from './chart-config.ts';
import type { LineChartOptions, Point } from './chart-options.ts';
import { requireFont } from './font.ts';

/** File formats of charts. SVG text is stored as outlines, so it looks the same without the font. */
export type Format = 'png' | 'svg';

/** How a chart is stored. */
export interface FileOptions {
  /** Default 'png'; an SVG comes as UTF-8 text. */
  readonly format?: Format;
}

/** Pixels of a PNG for one pixel of layout: sharp on dense screens and in print. */
export const pngPixelRatio = 2;

/** The size in layout pixels, with the defaults filled in. */
export const chartSize = ({ width = 800, height = 450 }: LineChartOptions) => ({ width, height });

/** Draws a chart in pixels. */
export function drawRaster(options: LineChartOptions, yAxisWidth = 0): Canvas {
  const { width, height } = chartSize(options);
  const canvas = createCanvas(width, height);
  draw(canvas, options, { pixelRatio: pngPixelRatio, yAxisWidth });
  return canvas;
}

/** Draws a chart as an SVG document. */
export function drawSvg(options: LineChartOptions, yAxisWidth = 0): string {
  const { width, height } = chartSize(options);
  const canvas = createCanvas(width, height, SvgExportFlag.ConvertTextToPaths);
  draw(canvas, options, { pixelRatio: 1, yAxisWidth });
  return canvas.getContent().toString('utf8');
}

/** The width that a chart's y axis and its words take by themselves. */
export function naturalYAxisWidth(options: LineChartOptions): number {
  const { width, height } = chartSize(options);
  return draw(createCanvas(width, height), options, { pixelRatio: 1, yAxisWidth: 0 }).scales.y!.width;
}

function draw(canvas: Canvas | SvgCanvas, options: LineChartOptions, placement: Placement): Chart<'line', Point[]> {
  requireFont();
  Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale); // idempotent
  const context = canvas.getContext('2d');
  context.lang = 'en'; // the default follows the host
  const item = context as unknown as ChartItem; // a structural match: Chart.js draws through the context alone
  return new Chart<'line', Point[]>(item, chartConfig(options, placement));
}
