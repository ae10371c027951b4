// One chart as one file.
import type { ChartConfiguration } from 'chart.js';
import type { FileOptions } from '../pages/formats.ts';
import { type ChartSize, chartSize, type Drawing, type Placement } from './chart-drawing.ts';
import { drawSheet } from './chart-sheet.ts';

/** Draws one chart as one file. */
export function drawFile(drawing: Drawing, file: FileOptions): Uint8Array {
  const { width, height } = drawing;
  return drawSheet({ width, height, charts: [{ drawing, x: 0, y: 0 }] }, file);
}

/** Draws a chart from its options as one file. */
export function drawChart<Options extends ChartSize>(
  options: Options,
  config: (options: Options, placement: Placement) => ChartConfiguration,
  file: FileOptions,
): Uint8Array {
  return drawFile({ ...chartSize(options), config: (placement) => config(options, placement) }, file);
}
