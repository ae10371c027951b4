// Draws rows of images with words around them: the part that all image grids share.
import { createCanvas, ImageData, type SKRSContext2D } from '@napi-rs/canvas';
import { font, requireFont } from '../font.ts';
import { frameColor, ink, paper } from '../palette.ts';
import { type GridLayout, layOutGrid } from './grid-layout.ts';

/** How the images of a grid look. */
export interface GridStyle {
  /** Pixels of the file for one pixel of an image, 1 to 8; default: the grid is about 900 pixels wide. */
  readonly scale?: number;
  /** Pixels between images; default 2. */
  readonly gap?: number;
  /** Whether the value 1 is white (default, `'light-on-dark'`) or black. */
  readonly tone?: 'light-on-dark' | 'dark-on-light';
  /** Default: no title. */
  readonly title?: string;
}

/** Images in rows, ready to draw; rows may be shorter than the grid is wide. */
export interface GridContent {
  readonly rows: readonly (readonly Float32Array[])[];
  readonly columns: number;
  readonly height: number;
  readonly width: number;
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

interface PlacedGrid extends GridLayout {
  readonly scale: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** Draws a grid as PNG. */
export function drawGrid(content: GridContent, style: GridStyle): Uint8Array {
  requireFont();
  const grid = placeCells(content, style);
  const titleWidth = style.title ? textWidth(style.title, titleFont) : 0;
  const canvas = createCanvas(Math.max(grid.width, Math.ceil(titleWidth) + 2 * margin), grid.height);
  const context = canvas.getContext('2d');
  context.lang = 'en'; // the default follows the host
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (style.title) drawTitle(context, style.title);
  drawLabels(context, content, grid);
  drawImages(context, content, { ...grid, inverted: style.tone === 'dark-on-light' });
  return canvas.toBuffer('image/png');
}

/** Small images are enlarged, as far as the sheet stays about a screen wide. */
const readableScale = (imagePixels: number) => Math.min(8, Math.max(1, Math.round(900 / imagePixels)));

function placeCells(content: GridContent, style: GridStyle): PlacedGrid {
  const { gap = 2, title, scale = readableScale(content.columns * content.width) } = style;
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
    top: (title ? titleHeight : 0) + (content.columnLabels.length > 0 ? labelHeight : 0),
    margin,
  });
  return { ...layout, scale, cellWidth, cellHeight };
}

function textWidth(text: string, cssFont: string): number {
  const context = createCanvas(1, 1).getContext('2d');
  context.lang = 'en';
  context.font = cssFont;
  return context.measureText(text).width;
}

function drawTitle(context: SKRSContext2D, title: string): void {
  context.fillStyle = ink;
  context.font = titleFont;
  context.textBaseline = 'middle';
  context.fillText(title, margin, margin + titleHeight / 2 - 6);
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
    const pixels = enlarged(image, content.width, grid);
    context.putImageData(new ImageData(pixels, grid.cellWidth, grid.cellHeight), x, y);
  }
}

/** RGBA bytes of one image, each value a square of `scale` pixels: enlarging must not blur the model's image. */
function enlarged(
  image: Float32Array,
  width: number,
  { scale, cellWidth, inverted }: PlacedGrid & { readonly inverted: boolean },
): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(image.length * scale * scale * 4).fill(255);
  for (let i = 0; i < pixels.length / 4; i++) {
    const row = Math.floor(i / cellWidth / scale);
    const column = Math.floor((i % cellWidth) / scale);
    const value = image[row * width + column]!;
    pixels.fill(Math.round(255 * (inverted ? 1 - value : value)), i * 4, i * 4 + 3);
  }
  return pixels;
}
