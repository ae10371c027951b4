// Lines over steps, on a canvas.
import { colour, type Surface } from './canvas.ts';

/** A line. */
export interface Line {
  readonly name: string;
  /** The CSS variable of its colour. */
  readonly colour: string;
  readonly isDashed?: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Room for the numbers, CSS pixels. */
const margin = { left: 56, right: 12, top: 10, bottom: 34 } as const;

/** Round numbers that cut a range into about `count` parts. */
export function ticksIn(from: number, to: number, count: number): number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** The range of finite values that leaves out the first tenth of a line, where a loss falls from far above. */
export function rangeOf(lines: readonly Line[]): readonly [number, number] {
  const values = lines.flatMap(({ points }) => points.slice(Math.floor(points.length / 10)).map(([, y]) => y));
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const room = (most - least || Math.abs(most) || 1) * 0.05;
  return [least - room, most + room];
}

/** Draws lines with axes: steps along x, the quantity along y. */
export function drawLines({ context, width, height }: Surface, lines: readonly Line[], unit: string): void {
  const last = Math.max(1, ...lines.map(({ points }) => points.at(-1)?.[0] ?? 0));
  const [low, high] = rangeOf(lines);
  const [w, h] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const xAt = (x: number) => margin.left + (x / last) * w;
  const yAt = (y: number) => margin.top + ((high - y) / (high - low)) * h;
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = colour('muted');
  context.strokeStyle = colour('line');
  context.lineWidth = 1;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const y of ticksIn(low, high, 5)) {
    context.fillText(y.toLocaleString('en', { maximumFractionDigits: 2 }), margin.left - 6, yAt(y));
    stroke(context, [
      [margin.left, yAt(y)],
      [width - margin.right, yAt(y)],
    ]);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const x of ticksIn(0, last, Math.max(2, Math.floor(w / 90)))) {
    context.fillText(x.toLocaleString('en'), xAt(x), height - margin.bottom + 4);
  }
  context.textAlign = 'left';
  context.fillText(`steps; ${unit}`, margin.left, height - 15);
  context.save();
  context.beginPath();
  context.rect(margin.left, margin.top, w, h);
  context.clip();
  context.lineWidth = 2;
  for (const { colour: name, points, isDashed } of lines) {
    context.strokeStyle = colour(name);
    context.setLineDash(isDashed ? [6, 4] : []);
    stroke(
      context,
      points.map(([x, y]) => [xAt(x), yAt(y)]),
    );
  }
  context.restore();
}

function stroke(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y); // the first one only moves there
  context.stroke();
}
