// Draws charts: Chart.js on a native canvas, without a page.
import { createCanvas } from '@napi-rs/canvas';
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
import { inEnglish, type PageSize, type PartCanvas } from '../pages/page.ts';
import { partContext } from '../pages/part-context.ts';

/** The settings of a chart that its surroundings decide. */
export interface Placement {
  /** Pixels of the file for one pixel of layout. */
  readonly pixelRatio: number;
  /** The least width of the y axis with its labels; panels in one column share it, so that their x axes line up. */
  readonly yAxisWidth: number;
  /** Whether there are title and note. */
  readonly titles: boolean;
}

/** A chart of any kind, ready to be drawn. */
export interface Drawing extends PageSize {
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

/** The natural width of a chart's y axis with its labels. */
export function naturalYAxisWidth(drawing: Drawing, titles: boolean): number {
  const { width, height } = drawing;
  const nowhere = inEnglish(createCanvas(1, 1).getContext('2d'));
  const context = partContext(nowhere, { x: 0, y: 0, width, height });
  return drawOn({ context, pixelRatio: 1 }, drawing, { yAxisWidth: 0, titles }).scales.y!.width;
}

/** Draws a chart on a part of a page that has its size. */
export function drawOn(
  { context, pixelRatio }: PartCanvas,
  drawing: Drawing,
  placement: Omit<Placement, 'pixelRatio'>,
): Chart {
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
  const item = context as unknown as ChartItem; // a structural match: Chart.js draws through the context alone
  const config = drawing.config({ ...placement, pixelRatio });
  return new Chart<ChartType>(item, config); // to infer the type takes tsc seconds
}
