// One line chart as one file.
import { drawRaster, drawSvg, type FileOptions } from './chart-drawing.ts';
import { checkChart, type LineChartOptions } from './chart-options.ts';
import { withOwnIds } from './svg-sheet.ts';

/**
 * Draws a line chart; the same options give the same bytes.
 *
 * @throws ExpectationError where a series has no finite point, or an option cannot be drawn
 */
export function lineChart(options: LineChartOptions, { format = 'png' }: FileOptions = {}): Uint8Array {
  checkChart('lineChart', options);
  if (format === 'svg') return new TextEncoder().encode(withOwnIds(drawSvg(options), 'chart-'));
  return drawRaster(options).toBuffer('image/png');
}
