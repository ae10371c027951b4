// Points on a canvas with axes.
import { colour } from '../../parts/canvas.ts';
import type { Mark } from './marks.ts';

/** The ends of both axes. */
export interface Range {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Points to draw. */
interface Points {
  /** [n, 2] */
  readonly at: Float32Array;
  /** The mark of point i; absent: a dot of the colour `blue`. */
  readonly markOf?: (i: number) => Mark | undefined;
  /** Whether point i is pale. */
  readonly isPale?: (i: number) => boolean;
}

/** A picture of points. */
export interface Scatter {
  readonly points: Points;
  readonly range: Range;
  /** A place with a cross. */
  readonly cursor?: readonly [number, number] | undefined;
  /** A place with a ring. */
  readonly ring?: readonly [number, number] | undefined;
}

/** The square range that holds all points with a margin. */
export function rangeOf(...all: readonly Float32Array[]): Range {
  const ends = [0, 1].map((axis) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const points of all) {
      for (let i = axis; i < points.length; i += 2) {
        least = Math.min(least, points[i]!);
        most = Math.max(most, points[i]!);
      }
    }
    return least <= most ? ([least, most] as const) : ([-1, 1] as const);
  });
  const half = 0.54 * Math.max(...ends.map(([least, most]) => most - least), 1e-3);
  const [x, y] = ends.map(([least, most]) => [(least + most) / 2 - half, (least + most) / 2 + half] as const);
  return { x: x!, y: y! };
}

/** Maps places to pixels of a square of a size, and back. */
export function placing({ x, y }: Range, size: number) {
  return {
    toPixels: ([u, v]: readonly [number, number]) =>
      [((u - x[0]) / (x[1] - x[0])) * size, ((y[1] - v) / (y[1] - y[0])) * size] as const,
    fromPixels: ([left, top]: readonly [number, number]) =>
      [x[0] + (left / size) * (x[1] - x[0]), y[1] - (top / size) * (y[1] - y[0])] as const,
  };
}

/** Draws on a canvas of `size` CSS pixels each way. */
export function drawScatter(canvas: HTMLCanvasElement, size: number, scatter: Scatter): void {
  const density = window.devicePixelRatio || 1;
  canvas.width = canvas.height = Math.round(size * density);
  const context = canvas.getContext('2d')!;
  context.scale(density, density);
  context.fillStyle = colour('paper');
  context.fillRect(0, 0, size, size);
  const { toPixels } = placing(scatter.range, size);
  drawAxes(context, size, scatter.range);
  drawPoints(context, scatter.points, toPixels);
  if (scatter.ring) drawRing(context, toPixels(scatter.ring));
  if (scatter.cursor) drawCross(context, toPixels(scatter.cursor));
}

/** A round step, so that three to seven lines stand in a width. */
export function stepOf(width: number): number {
  const most = width / 3;
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([5, 2].find((each) => each * power <= most) ?? 1);
}

function drawAxes(context: CanvasRenderingContext2D, size: number, range: Range): void {
  const step = stepOf(range.x[1] - range.x[0]);
  context.lineWidth = 1;
  context.font = '12px system-ui, sans-serif';
  const { toPixels } = placing(range, size);
  const steps = ([from, to]: readonly [number, number]) =>
    Array.from({ length: Math.floor((to - from) / step) + 2 }, (_, i) => (Math.ceil(from / step) + i) * step);
  const text = (value: number) => String(Number(value.toPrecision(6))).replace('-', '−');
  for (const value of steps(range.x)) {
    const [left] = toPixels([value, 0]);
    line(context, value, [left, 0, left, size]);
    if (left > 20 && left < size - 30) label(context, text(value), [left + 3, size - 4]);
  }
  for (const value of steps(range.y)) {
    const [, top] = toPixels([0, value]);
    line(context, value, [0, top, size, top]);
    if (top > 14 && top < size - 24) label(context, text(value), [3, top - 3]);
  }
}

function line(
  context: CanvasRenderingContext2D,
  value: number,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
): void {
  context.strokeStyle = colour(Math.abs(value) < 1e-9 ? 'muted' : 'line');
  context.beginPath();
  context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
  context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.stroke();
}

function label(context: CanvasRenderingContext2D, text: string, [x, y]: readonly [number, number]): void {
  context.fillStyle = colour('muted');
  context.fillText(text, x, y);
}

function drawPoints(
  context: CanvasRenderingContext2D,
  { at, markOf, isPale }: Points,
  toPixels: (place: readonly [number, number]) => readonly [number, number],
): void {
  const colours = new Map<string, string>();
  const known = (name: string) => colours.get(name) ?? colours.set(name, colour(name)).get(name)!;
  context.font = '600 11px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; i < at.length / 2; i++) {
    const [x, y] = toPixels([at[2 * i]!, at[2 * i + 1]!]);
    const mark = markOf?.(i);
    context.globalAlpha = isPale?.(i) ? 0.12 : mark ? 0.95 : 0.55;
    context.fillStyle = known(mark?.colour ?? 'blue');
    if (mark) context.fillText(mark.letter, x, y);
    else {
      context.beginPath();
      context.arc(x, y, 2, 0, 2 * Math.PI);
      context.fill();
    }
  }
  context.globalAlpha = 1;
  context.textAlign = 'start';
  context.textBaseline = 'alphabetic';
}

function drawRing(context: CanvasRenderingContext2D, [x, y]: readonly [number, number]): void {
  context.lineWidth = 2.5;
  context.strokeStyle = colour('ink');
  context.beginPath();
  context.arc(x, y, 10, 0, 2 * Math.PI);
  context.stroke();
}

function drawCross(context: CanvasRenderingContext2D, [x, y]: readonly [number, number]): void {
  context.lineWidth = 2;
  context.strokeStyle = colour('ink');
  context.beginPath();
  for (const [dx, dy] of [
    [9, 0],
    [0, 9],
  ] as const) {
    context.moveTo(x - dx, y - dy);
    context.lineTo(x + dx, y + dy);
  }
  context.stroke();
}
