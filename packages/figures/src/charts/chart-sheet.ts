// Puts charts and words on one sheet.
import type { SKRSContext2D } from '@napi-rs/canvas';
import type { FileOptions } from '../pages/formats.ts';
import { openPage } from '../pages/open-page.ts';
import type { PageSize } from '../pages/page.ts';
import { type Drawing, drawOn } from './chart-drawing.ts';

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
export interface Sheet extends PageSize {
  readonly charts: readonly PlacedChart[];
  /** Default none. */
  readonly words?: readonly Word[];
  readonly swatches?: readonly Swatch[];
}

/** Side of a swatch in layout pixels. */
export const swatchSide = 11;

/** Draws a sheet as one file; the same sheet gives the same bytes. */
export function drawSheet(sheet: Sheet, file: FileOptions): Uint8Array {
  const { charts, words = [], swatches = [] } = sheet;
  const page = openPage(sheet, file);
  for (const { drawing, yAxisWidth = 0, x, y } of charts) {
    const { width, height } = drawing;
    page.drawPart({ x, y, width, height }, (canvas) => {
      drawOn(canvas, drawing, { yAxisWidth, titles: file.titles ?? true });
    });
  }
  if (words.length + swatches.length > 0) page.draw((context) => drawWords(context, { words, swatches }));
  return page.close();
}

function drawWords(context: SKRSContext2D, { words, swatches }: Required<Pick<Sheet, 'words' | 'swatches'>>): void {
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
