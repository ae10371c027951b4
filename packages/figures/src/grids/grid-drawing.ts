// Draws rows of images with words around them: the part that all image grids share.
import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import { font, requireFont } from '../font.ts';
import type { FileOptions } from '../pages/formats.ts';
import { openPage } from '../pages/open-page.ts';
import { frameColor, ink, mutedInk } from '../palette.ts';
import { textWidth } from '../text.ts';
import { type GridLayout, layOutGrid } from './grid-layout.ts';
import { clippedNote, missingNote } from './image-notes.ts';
import { enlarged } from './image-pixels.ts';
import type { Image, ImageForm } from './image-values.ts';
import { pixelCanvas } from './pixel-canvas.ts';

/** How the images of a grid look. */
export interface GridStyle {
  /** Pixels of the file for one pixel of an image, 1 to 8; default: the grid is about 900 pixels wide. */
  readonly scale?: number;
  /** Pixels between images; default 2. */
  readonly gap?: number;
  /** Whether the greatest value is bright (default, `'light-on-dark'`) or dark; colours turn to their negatives. */
  readonly tone?: 'light-on-dark' | 'dark-on-light';
  /** Default: no title. */
  readonly title?: string;
}

/** Images in rows, ready to draw; rows may be shorter than the grid is wide. */
export interface GridContent extends ImageForm {
  readonly rows: readonly (readonly Image[])[];
  readonly columns: number;
  readonly rowsPerGroup: number;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
}

const margin = 16;
const titleFont = font(20, 'bold');
const labelFont = font(15);
const titleHeight = 38;
const labelHeight = 26;
const labelGap = 10;
const noteFont = font(13);
const noteHeight = 22;

interface PlacedGrid extends GridLayout {
  readonly scale: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** A line under the title, behind a sample of the missing pixels' colour if it explains that colour. */
interface Note {
  readonly text: string;
  readonly swatch: boolean;
}

/** The words above a grid. */
interface Heading {
  readonly title?: string | undefined;
  readonly notes: readonly Note[];
}

const swatchSide = 14;
const swatchGap = 8;
const noteIndent = ({ swatch }: Note) => (swatch ? swatchSide + swatchGap : 0);

const headingHeight = ({ title, notes }: Heading) => (title ? titleHeight : 0) + notes.length * noteHeight;

const headingWidth = ({ title, notes }: Heading) =>
  Math.max(
    title ? textWidth(title, titleFont) : 0,
    ...notes.map((note) => noteIndent(note) + textWidth(note.text, noteFont)),
  );

/** Draws a grid as one file. */
export function drawGrid(
  content: GridContent,
  { title, ...style }: GridStyle,
  { titles = true, ...file }: FileOptions,
): Uint8Array {
  requireFont(); // words are measured
  const heading = titles ? { title, notes: notesOf(content) } : { notes: [] };
  const grid = placeCells(content, style, headingHeight(heading));
  const width = Math.max(grid.width, Math.ceil(headingWidth(heading)) + 2 * margin);
  const page = openPage({ width, height: grid.height, pixelRatio: 1, hasSquarePixels: true }, file);
  page.draw((context) => {
    drawHeading(context, heading);
    drawLabels(context, content, grid);
    drawImages(context, content, { ...grid, inverted: style.tone === 'dark-on-light' });
  });
  return page.close();
}

function notesOf(content: GridContent): Note[] {
  const images = content.rows.flat();
  const [missing, clipped] = [missingNote(images), clippedNote(images, content)];
  return [
    ...(missing === undefined ? [] : [{ text: missing, swatch: true }]),
    ...(clipped === undefined ? [] : [{ text: clipped, swatch: false }]),
  ];
}

/** Small images are enlarged, as far as the sheet stays about a screen wide. */
const readableScale = (imagePixels: number) => Math.min(8, Math.max(1, Math.round(900 / imagePixels)));

function placeCells(content: GridContent, style: GridStyle, headHeight: number): PlacedGrid {
  const { gap = 2, scale = readableScale(content.columns * content.width) } = style;
  const widest = Math.max(0, ...content.rowLabels.map((label) => Math.ceil(textWidth(label, labelFont))));
  const [cellWidth, cellHeight] = [content.width * scale, content.height * scale];
  const layout = layOutGrid({
    rows: content.rows.length,
    columns: content.columns,
    cellWidth,
    cellHeight,
    gap,
    rowsPerGroup: content.rowsPerGroup,
    left: widest > 0 ? widest + labelGap : 0,
    top: headHeight + (content.columnLabels.length > 0 ? labelHeight : 0),
    margin,
  });
  return { ...layout, scale, cellWidth, cellHeight };
}

function drawHeading(context: SKRSContext2D, { title, notes }: Heading): void {
  if (title) drawTitle(context, title);
  notes.forEach((note, i) => {
    drawNote(context, note, margin + headingHeight({ title, notes: notes.slice(0, i) }));
  });
}

function drawTitle(context: SKRSContext2D, title: string): void {
  context.fillStyle = ink;
  context.font = titleFont;
  context.textBaseline = 'middle';
  context.fillText(title, margin, margin + titleHeight / 2 - 6);
}

function drawNote(context: SKRSContext2D, note: Note, top: number): void {
  const middle = top + noteHeight / 2 - 4;
  if (note.swatch) context.drawImage(missingSwatch(), margin, Math.round(middle - swatchSide / 2));
  context.fillStyle = mutedInk;
  context.font = noteFont;
  context.textBaseline = 'middle';
  context.fillText(note.text, margin + noteIndent(note), middle);
}

/** A sample of missing pixels, in pixels as they are. */
function missingSwatch(): Canvas {
  const form = { width: 1, height: 1, scale: swatchSide, inverted: false };
  return pixelCanvas(enlarged({ values: Float32Array.of(0), missing: Uint8Array.of(1) }, form), swatchSide, swatchSide);
}

function drawLabels(context: SKRSContext2D, { rowLabels, columnLabels }: GridContent, grid: PlacedGrid): void {
  context.fillStyle = ink;
  context.font = labelFont;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  columnLabels.forEach((label, c) => {
    context.fillText(label, grid.xs[c]! + grid.cellWidth / 2, grid.ys[0]! - labelHeight / 2);
  });
  context.textAlign = 'right';
  rowLabels.forEach((label, r) => {
    context.fillText(label, grid.xs[0]! - labelGap, grid.ys[r]! + grid.cellHeight / 2);
  });
}

function drawImages(
  context: SKRSContext2D,
  content: GridContent,
  grid: PlacedGrid & { readonly inverted: boolean },
): void {
  const cells = content.rows.flatMap((row, r) => row.map((image, c) => ({ image, x: grid.xs[c]!, y: grid.ys[r]! })));
  // White images need an edge on white paper. The edge runs around the image; without a gap, the images cover it.
  context.strokeStyle = frameColor;
  for (const { x, y } of grid.inverted ? cells : []) {
    context.strokeRect(x - 0.5, y - 0.5, grid.cellWidth + 1, grid.cellHeight + 1);
  }
  for (const { image, x, y } of cells) {
    const pixels = enlarged(image, { ...content, ...grid, width: content.width, height: content.height });
    context.drawImage(pixelCanvas(pixels, grid.cellWidth, grid.cellHeight), x, y);
  }
}
