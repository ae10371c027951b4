// Puts charts and words on one sheet, in pixels or as vectors.
import { createCanvas, type SKRSContext2D, SvgExportFlag } from '@napi-rs/canvas';
import { requireFont } from '../font.ts';
import { paper } from '../palette.ts';
import { nestSvg } from '../svg-sheet.ts';
import { type Drawing, drawRaster, drawSvg, type FileOptions, pngPixelRatio } from './chart-drawing.ts';

/** A chart and the place of its upper left corner, in layout pixels. */
export interface PlacedChart {
  readonly drawing: Drawing;
  /** The least width of its y axis; default: as its words need. */
  readonly yAxisWidth?: number;
  readonly x: number;
  readonly y: number;
}

/** Words on a sheet: one line, `y` in its middle. */
export interface Word {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** A CSS font. */
  readonly font: string;
  readonly color: string;
  /** Default 'left'. */
  readonly align?: 'left' | 'center';
  /** Whether the line runs upwards; then `x` is its middle. Default false. */
  readonly upwards?: boolean;
}

/** A square that shows the colour of a series; `y` in its middle. */
export interface Swatch {
  readonly x: number;
  readonly y: number;
  readonly color: string;
}

/** A sheet in layout pixels. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly charts: readonly PlacedChart[];
  /** Default none. */
  readonly words?: readonly Word[];
  readonly swatches?: readonly Swatch[];
}

/** Side of a swatch in layout pixels. */
export const swatchSide = 11;

/** Draws a sheet as one file; the same sheet gives the same bytes. */
export function drawSheet(sheet: Sheet, { format = 'png' }: FileOptions): Uint8Array {
  return format === 'svg' ? new TextEncoder().encode(svgOf(sheet)) : pngOf(sheet);
}

function pngOf(sheet: Sheet): Uint8Array {
  const canvas = createCanvas(sheet.width * pngPixelRatio, sheet.height * pngPixelRatio);
  const context = canvas.getContext('2d');
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const { drawing, yAxisWidth, x, y } of sheet.charts) {
    context.drawImage(drawRaster(drawing, yAxisWidth), x * pngPixelRatio, y * pngPixelRatio);
  }
  context.scale(pngPixelRatio, pngPixelRatio);
  drawWords(context, sheet);
  return canvas.toBuffer('image/png');
}

function svgOf(sheet: Sheet): string {
  const { width, height, charts, words = [], swatches = [] } = sheet;
  const parts = charts.map(({ drawing, yAxisWidth, x, y }) => ({ svg: drawSvg(drawing, yAxisWidth), x, y }));
  if (words.length + swatches.length === 0) return nestSvg(parts, width, height);
  const canvas = createCanvas(width, height, SvgExportFlag.ConvertTextToPaths);
  drawWords(canvas.getContext('2d') as SKRSContext2D, sheet);
  return nestSvg([...parts, { svg: canvas.getContent().toString('utf8'), x: 0, y: 0 }], width, height);
}

function drawWords(context: SKRSContext2D, { words = [], swatches = [] }: Sheet): void {
  requireFont();
  context.lang = 'en'; // the default follows the host
  for (const { x, y, color } of swatches) {
    context.fillStyle = color;
    context.fillRect(x, y - swatchSide / 2, swatchSide, swatchSide);
  }
  context.textBaseline = 'middle';
  for (const { text, x, y, font, color, align = 'left', upwards = false } of words) {
    context.save();
    context.translate(x, y);
    if (upwards) context.rotate(-Math.PI / 2);
    context.font = font;
    context.fillStyle = color;
    context.textAlign = align;
    context.fillText(text, 0, 0);
    context.restore();
  }
}
