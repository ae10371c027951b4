// Draws charts: Chart.js on a native canvas, without a page.
import { type Canvas, createCanvas, type SvgCanvas, SvgExportFlag } from '@napi-rs/canvas';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartItem,
  type ChartType,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
} from 'chart.js';
import { requireFont } from '../font.ts';
import { withOwnIds } from '../svg-sheet.ts';

/** File formats of charts. SVG text is stored as outlines, so it looks the same without the font. */
export type Format = 'png' | 'svg';

/** How a chart is stored. */
export interface FileOptions {
  /** Default 'png'; an SVG comes as UTF-8 text. */
  readonly format?: Format;
}

/** Pixels of a PNG for one pixel of layout: sharp on dense screens and in print. */
export const pngPixelRatio = 2;

/** The settings of a chart that its surroundings decide. */
export interface Placement {
  /** Pixels of the file for one pixel of layout. */
  readonly pixelRatio: number;
  /** The least width of the y axis with its labels; panels in one column share it, so that their x axes line up. */
  readonly yAxisWidth: number;
}

/** A chart of any kind, ready to be drawn. */
export interface Drawing {
  /** Layout pixels. */
  readonly width: number;
  readonly height: number;
  /** The Chart.js configuration that draws the chart once, without animation, events or a page. */
  config(placement: Placement): ChartConfiguration;
}

/** The size of a chart in layout pixels. */
export interface ChartSize {
  /** Default 800. A PNG has twice as many pixels each way. */
  readonly width?: number;
  /** Default 450. */
  readonly height?: number;
}

/** The size with the defaults filled in. */
export const chartSize = ({ width = 800, height = 450 }: ChartSize) => ({ width, height });

/** Draws one chart as one file. */
export function drawFile(drawing: Drawing, { format = 'png' }: FileOptions): Uint8Array {
  if (format === 'svg') return new TextEncoder().encode(withOwnIds(drawSvg(drawing), 'chart-'));
  return drawRaster(drawing).toBuffer('image/png');
}

/** Draws a chart from its options as one file. */
export function drawChart<Options extends ChartSize>(
  options: Options,
  config: (options: Options, placement: Placement) => ChartConfiguration,
  file: FileOptions,
): Uint8Array {
  return drawFile({ ...chartSize(options), config: (placement) => config(options, placement) }, file);
}

/** Draws a chart in pixels. */
export function drawRaster(drawing: Drawing, yAxisWidth = 0): Canvas {
  const canvas = createCanvas(drawing.width, drawing.height);
  draw(canvas, drawing, { pixelRatio: pngPixelRatio, yAxisWidth });
  return canvas;
}

/** Draws a chart as an SVG document. */
export function drawSvg(drawing: Drawing, yAxisWidth = 0): string {
  const canvas = createCanvas(drawing.width, drawing.height, SvgExportFlag.ConvertTextToPaths);
  draw(canvas, drawing, { pixelRatio: 1, yAxisWidth });
  return canvas.getContent().toString('utf8');
}

/** The natural width of a chart's y axis with its labels. */
export function naturalYAxisWidth(drawing: Drawing): number {
  const canvas = createCanvas(drawing.width, drawing.height);
  return draw(canvas, drawing, { pixelRatio: 1, yAxisWidth: 0 }).scales.y!.width;
}

function draw(canvas: Canvas | SvgCanvas, drawing: Drawing, placement: Placement): Chart {
  requireFont();
  // idempotent
  Chart.register(
    LineController,
    LineElement,
    PointElement,
    BarController,
    BarElement,
    ScatterController,
    LinearScale,
    LogarithmicScale,
    CategoryScale,
  );
  const context = canvas.getContext('2d');
  context.lang = 'en'; // the default follows the host
  const item = context as unknown as ChartItem; // a structural match: Chart.js draws through the context alone
  return new Chart<ChartType>(item, drawing.config(placement)); // to infer the type takes tsc seconds
}
