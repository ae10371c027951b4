// One line chart as one file.
import type { FileOptions } from '../pages/formats.ts';
import { lineDrawing } from './chart-config.ts';
import { drawFile } from './chart-file.ts';
import { checkChart, type LineChartOptions } from './chart-options.ts';

/**
 * Draws a line chart; the same options give the same bytes.
 *
 * @throws ExpectationError if a series has no finite point, or an option cannot be drawn
 */
export function lineChart(options: LineChartOptions, file: FileOptions = {}): Uint8Array {
  checkChart('lineChart', options);
  return drawFile(lineDrawing(options), file);
}
