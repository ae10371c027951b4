// Draws grids of panels over the plane.
import type { Canvas, SKRSContext2D } from '@napi-rs/canvas';
import { font, requireFont } from '../font.ts';
import { openPage } from '../pages/open-page.ts';
import type { PageSize } from '../pages/page.ts';
import { axisLine, densityColor, ink, mutedInk, seriesColors, withOpacity } from '../palette.ts';
import { readable, textWidth } from '../text.ts';
import { pixelCanvas } from './pixel-canvas.ts';
import type { DensityMap, PlaneGridOptions, PlanePanel } from './plane-options.ts';

const margin = 16;
const gap = 14;
const titleHeight = 30;
const noteHeight = 22;
const panelTitleHeight = 24;
const rowLabelWidth = 26;
/** Least distance of the y axis's name from its panel, and the space behind it. */
const [nameDistance, nameSpace] = [32, 10];
const axisHeight = 40;
const tickFont = font(11);

/** The places of the parts, in layout pixels. */
interface Layout extends PageSize {
  readonly side: number;
  readonly left: number;
  readonly top: number;
  /** Distance of the y axis's name from its panel. */
  readonly nameAt: number;
}

function layOut(options: PlaneGridOptions): Layout {
  const { rows, title, note, rowLabels = [], side = 180, range, yRange = range } = options;
  requireFont(); // words are measured
  const widest = Math.max(...ticksOf(yRange).map(({ label }) => textWidth(label, tickFont)));
  const nameAt = Math.max(nameDistance, Math.ceil(widest) + 16);
  const columns = Math.max(...rows.map((row) => row.length));
  const left = margin + (rowLabels.length > 0 ? rowLabelWidth : 0) + nameAt + nameSpace;
  const top = margin + (title ? titleHeight : 0) + (note ? noteHeight : 0);
  const width = left + columns * side + (columns - 1) * gap + margin;
  const height = top + rows.length * (side + panelTitleHeight) + (rows.length - 1) * gap + axisHeight + margin / 2;
  return { side, left, top, width, height, nameAt };
}

/** Draws a grid as one file. */
export function drawPlanes(options: PlaneGridOptions): Uint8Array {
  const layout = layOut(options);
  const page = openPage(layout, options);
  page.draw((context) => drawGrid(context, options, layout));
  return page.close();
}

function drawGrid(context: SKRSContext2D, options: PlaneGridOptions, layout: Layout): void {
  drawHeading(context, options);
  options.rows.forEach((row, r) => {
    const y = layout.top + panelTitleHeight + r * (layout.side + panelTitleHeight + gap);
    drawRowLabel(context, options.rowLabels?.[r], y + layout.side / 2);
    row.forEach((panel, c) => {
      const place = { x: layout.left + c * (layout.side + gap), y };
      const { range, yRange = range } = options;
      drawPanel(context, panel, place, { ...layout, range, yRange });
      const isLowest = options.rows[r + 1]?.[c] === undefined;
      drawAxes(context, place, { ...layout, ...options, yRange, isLowest, isFirst: c === 0 });
    });
  });
}

function drawHeading(context: SKRSContext2D, { title, note }: PlaneGridOptions): void {
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  if (title) {
    context.fillStyle = ink;
    context.font = font(17, 'bold');
    context.fillText(title, margin, margin + titleHeight / 2 - 4);
  }
  if (!note) return;
  context.fillStyle = mutedInk;
  context.font = font(12);
  context.fillText(note, margin, margin + (title ? titleHeight : 0) + noteHeight / 2 - 4);
}

function drawRowLabel(context: SKRSContext2D, label: string | undefined, middle: number): void {
  if (!label) return;
  context.fillStyle = ink;
  context.font = font(14, 'bold');
  rotatedText(context, label, margin + 8, middle);
}

function rotatedText(context: SKRSContext2D, text: string, x: number, y: number): void {
  context.save();
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, 0, 0);
  context.restore();
}

interface Place {
  readonly x: number;
  readonly y: number;
}

interface PanelMeasures {
  readonly side: number;
  readonly range: readonly [from: number, to: number];
  readonly yRange: readonly [from: number, to: number];
}

function drawPanel(context: SKRSContext2D, panel: PlanePanel, { x, y }: Place, measures: PanelMeasures): void {
  const { side } = measures;
  const { title, density, points } = panel;
  if (title) {
    context.fillStyle = ink;
    context.font = font(13);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(title, x + side / 2, y - panelTitleHeight / 2 + 1);
  }
  if (density) context.drawImage(heatMap(density), x, y, side, side);
  if (points) drawPoints(context, points, { x, y }, { ...measures, isOverMap: density !== undefined });
  context.strokeStyle = axisLine;
  context.lineWidth = 1;
  context.strokeRect(x, y, side, side);
}

/** A map as an image of one pixel a cell, the lowest y at the bottom; drawing it larger interpolates. */
function heatMap({ values, size, ceiling }: DensityMap): Canvas {
  const top = ceiling ?? values.reduce((a, b) => Math.max(a, b), 0);
  const pixels = new Uint8ClampedArray(4 * size * size).fill(255);
  values.forEach((value, i) => {
    const row = size - 1 - Math.floor(i / size);
    pixels.set(densityColor(top > 0 ? Math.min(1, value / top) : 0), 4 * (row * size + (i % size)));
  });
  return pixelCanvas(pixels, size, size);
}

function drawPoints(
  context: SKRSContext2D,
  points: Float32Array,
  { x, y }: Place,
  { side, range: [from, to], yRange: [least, most], isOverMap }: PanelMeasures & { readonly isOverMap: boolean },
): void {
  const [across, up] = [side / (to - from), side / (most - least)];
  context.fillStyle = withOpacity(seriesColors[isOverMap ? 1 : 0], 0.45);
  for (let i = 0; i < points.length; i += 2) {
    const [px, py] = [points[i]!, points[i + 1]!];
    if (!(px >= from && px <= to && py >= least && py <= most)) continue; // NaN is left out as well
    context.beginPath();
    context.arc(x + (px - from) * across, y + side - (py - least) * up, 0.9, 0, 2 * Math.PI);
    context.fill();
  }
}

interface AxisMeasures extends PanelMeasures {
  readonly axes?: readonly [x: string, y: string];
  readonly isLowest: boolean;
  readonly isFirst: boolean;
  readonly nameAt: number;
}

/** Numbers at both ends and the middle, on the left of the first column and below the lowest panel of each. */
function drawAxes(context: SKRSContext2D, { x, y }: Place, measures: AxisMeasures): void {
  const { side, range, yRange, axes = ['x₁', 'x₂'], isLowest, isFirst, nameAt } = measures;
  context.fillStyle = mutedInk;
  context.font = tickFont;
  if (isLowest) {
    context.textBaseline = 'top';
    for (const [i, { share, label }] of ticksOf(range).entries()) {
      context.textAlign = tickAlign[i]!; // the ends of neighbouring panels must not run into each other
      context.fillText(label, x + share * side, y + side + 5);
    }
    context.textAlign = 'center';
    context.fillText(axes[0], x + side / 2, y + side + 20);
  }
  if (!isFirst) return;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const { share, label } of ticksOf(yRange)) context.fillText(label, x - 6, y + (1 - share) * side);
  rotatedText(context, axes[1], x - nameAt, y + side / 2);
}

const ticksOf = ([from, to]: readonly [number, number]) =>
  [0, 0.5, 1].map((share) => ({ share, label: readable(from + share * (to - from), 3) }));

const tickAlign = ['left', 'center', 'right'] as const;
