// A page that becomes a file of any format: code that draws never asks which.
import type { SKRSContext2D } from '@napi-rs/canvas';
import { paper } from '../palette.ts';

/** The size of a page, or of a part of it, in layout pixels. */
export interface PageSize {
  readonly width: number;
  readonly height: number;
}

/** A part of a page, and its upper left corner. */
export interface PagePart extends PageSize {
  readonly x: number;
  readonly y: number;
}

/** A page's size, and its images. */
export interface PageForm extends PageSize {
  /** Pixels of a PNG for one layout pixel; default 2: sharp on dense screens and in print. */
  readonly pixelRatio?: number;
  /** Whether pixels of images stay squares where a viewer enlarges them. Default false: a viewer may smooth them. */
  readonly hasSquarePixels?: boolean;
}

/** The canvas of a page's part, of the size in layout pixels: its upper left corner is 0, 0. */
export interface PartCanvas {
  readonly context: SKRSContext2D;
  /** Pixels of the file for one layout pixel; Chart.js enlarges the canvas by it. */
  readonly pixelRatio: number;
}

/** A page of white paper. Later drawings lie over earlier ones. */
export interface Page {
  /** Draws on the whole page, in layout pixels. */
  draw(paint: (context: SKRSContext2D) => void): void;
  /** Draws on a part as on a canvas of its own. */
  drawPart(part: PagePart, paint: (canvas: PartCanvas) => void): void;
  /** The file; the page is used up. The same drawings give the same bytes. */
  close(): Uint8Array;
}

/** White paper under everything. */
export function fillPaper(
  context: Pick<CanvasRenderingContext2D, 'save' | 'fillStyle' | 'fillRect' | 'restore'>,
  { width, height }: PageSize,
): void {
  context.save();
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  context.restore();
}

/** Text is English on every host: shapes of letters depend on the language. */
export function inEnglish(context: SKRSContext2D): SKRSContext2D {
  context.lang = 'en'; // the default follows the host
  return context;
}
