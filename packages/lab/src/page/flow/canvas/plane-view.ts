// From places of the plane to pixels of a square canvas, and the strokes that all pictures share.
import type { Pair } from '../plane/planar-layer.ts';
import { type Colours, channelsOf } from './colours.ts';

/** A canvas that shows [−half, half]² around a centre. */
export interface PlaneView {
  readonly context: CanvasRenderingContext2D;
  /** Side in pixels of the canvas. */
  readonly side: number;
  /** Pixels of the canvas in a CSS pixel. */
  readonly ratio: number;
  readonly half: number;
  readonly colours: Colours;
}

export const toX = ({ side, half }: PlaneView, z1: number): number => ((z1 + half) / (2 * half)) * side;
export const toY = ({ side, half }: PlaneView, z2: number): number => ((half - z2) / (2 * half)) * side;

/** Empties the canvas and draws axes with a tick at every second unit. */
export function drawAxes(view: PlaneView): void {
  const { context, side, ratio, half, colours } = view;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, side, side);
  context.strokeStyle = colours.line;
  context.lineWidth = ratio;
  context.beginPath();
  context.moveTo(0, toY(view, 0));
  context.lineTo(side, toY(view, 0));
  context.moveTo(toX(view, 0), 0);
  context.lineTo(toX(view, 0), side);
  context.stroke();
  context.fillStyle = colours.muted;
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  for (let tick = -Math.ceil(half) + 1; tick < half; tick++) {
    if (tick === 0 || tick % 2 !== 0) continue;
    const text = String(tick).replace('-', '−');
    context.textAlign = 'center';
    context.fillText(text, toX(view, tick), toY(view, 0) + 13 * ratio);
    context.textAlign = 'right';
    context.fillText(text, toX(view, 0) - 4 * ratio, toY(view, tick) + 4 * ratio);
  }
}

/** Share of the densest pixel's lightness at a density: the square root shows tails. */
const shade = (share: number) => Math.sqrt(share);

/** A raster of densities as one colour of growing strength, row 0 at the bottom; `most` has the full strength. */
export function drawDensity(
  view: PlaneView,
  raster: { readonly size: number; readonly values: Float32Array; readonly most: number; readonly colour: string },
): void {
  const { size, values, most, colour } = raster;
  const [red, green, blue] = channelsOf(colour);
  const image = new ImageData(size, size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = 4 * ((size - 1 - row) * size + column);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 225 * shade(Math.min(values[row * size + column]! / most, 1));
    }
  }
  const small = scratch(size);
  small.putImageData(image, 0, 0);
  view.context.imageSmoothingEnabled = true;
  view.context.drawImage(small.canvas, 0, 0, view.side, view.side);
}

const scratches = new Map<number, CanvasRenderingContext2D>();

/** A canvas behind the scenes, one for each size. */
function scratch(size: number): CanvasRenderingContext2D {
  const known = scratches.get(size);
  if (known) return known;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d')!;
  scratches.set(size, context);
  return context;
}

/** Small dots at points [n, 2] from an index on. */
export function drawDots(view: PlaneView, points: Float32Array, from: number, colour: string): void {
  const { context, ratio } = view;
  context.fillStyle = colour;
  context.globalAlpha = 0.55;
  const side = 2.2 * ratio;
  for (let i = from; i < points.length / 2; i++) {
    context.fillRect(toX(view, points[2 * i]!) - side / 2, toY(view, points[2 * i + 1]!) - side / 2, side, side);
  }
  context.globalAlpha = 1;
}

/** Every `stride`-th row and column of a mesh as lines. */
export function drawMeshLines(
  view: PlaneView,
  { side, stride, points }: { readonly side: number; readonly stride: number; readonly points: Float32Array },
): void {
  const { context, ratio, colours } = view;
  context.strokeStyle = colours.muted;
  context.globalAlpha = 0.5;
  context.lineWidth = 0.8 * ratio;
  context.beginPath();
  const line = (at: (i: number) => number) => {
    for (let i = 0; i < side; i++) {
      const [x, y] = [toX(view, points[2 * at(i)]!), toY(view, points[2 * at(i) + 1]!)];
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  };
  for (let fixed = 0; fixed < side; fixed += stride) {
    line((i) => fixed * side + i);
    line((i) => i * side + fixed);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** An arrow between two places of the plane. */
export function drawArrow(view: PlaneView, from: Pair, to: Pair, style: { colour: string; isDashed?: boolean }): void {
  const { context, ratio } = view;
  const [x, y, tipX, tipY] = [toX(view, from[0]), toY(view, from[1]), toX(view, to[0]), toY(view, to[1])];
  const angle = Math.atan2(tipY - y, tipX - x);
  context.strokeStyle = style.colour;
  context.fillStyle = style.colour;
  context.lineWidth = 2.5 * ratio;
  context.setLineDash(style.isDashed ? [5 * ratio, 4 * ratio] : []);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(tipX, tipY);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(tipX, tipY);
  for (const turn of [2.7, -2.7]) {
    context.lineTo(tipX + 9 * ratio * Math.cos(angle + turn), tipY + 9 * ratio * Math.sin(angle + turn));
  }
  context.fill();
}

/** The line wᵀz + b = 0. */
export function drawLine(view: PlaneView, w: Pair, b: number, colour: string): void {
  const { context, ratio, half } = view;
  const length = Math.hypot(...w) || 1;
  const foot: Pair = [(-b * w[0]) / length ** 2, (-b * w[1]) / length ** 2];
  const along: Pair = [-w[1] / length, w[0] / length];
  const reach = 3 * half + Math.hypot(...foot);
  context.strokeStyle = colour;
  context.lineWidth = 2 * ratio;
  context.beginPath();
  context.moveTo(toX(view, foot[0] - reach * along[0]), toY(view, foot[1] - reach * along[1]));
  context.lineTo(toX(view, foot[0] + reach * along[0]), toY(view, foot[1] + reach * along[1]));
  context.stroke();
}
