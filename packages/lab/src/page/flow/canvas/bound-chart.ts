// The ELBO along the steps of a training, with log Z as the line that it cannot cross.
import { h } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { type Colours, useColours } from './colours.ts';
import { useCanvasWidth } from './use-canvas-width.ts';

/** A point of the curve. */
export interface BoundEntry {
  readonly step: number;
  /** Nats. */
  readonly elbo: number;
}

interface BoundChartProps {
  readonly entries: readonly BoundEntry[];
  /** The last step of the axis. */
  readonly steps: number;
  /** Nats. */
  readonly logZ: number | undefined;
}

const HEIGHT = 170;

export function BoundChart({ entries, steps, logZ }: BoundChartProps) {
  const { canvas, width } = useCanvasWidth();
  const colours = useColours();
  useLayoutEffect(() => {
    if (width === 0) return;
    const ratio = Math.min(devicePixelRatio, 2);
    canvas.current!.width = width * ratio;
    canvas.current!.height = HEIGHT * ratio;
    const context = canvas.current!.getContext('2d')!;
    context.scale(ratio, ratio);
    draw(context, { width, entries, steps, logZ, colours });
  }, [entries, steps, logZ, width, colours]);
  const last = entries.at(-1);
  const label = last ? `The ELBO over ${last.step} steps, now ${last.elbo.toFixed(2)} nats` : 'No step yet';
  return h('canvas', {
    ref: canvas,
    role: 'img',
    'aria-label': label,
    class: 'chart',
    style: { height: `${HEIGHT}px` },
  });
}

interface Drawing extends BoundChartProps {
  readonly width: number;
  readonly colours: Colours;
}

const margin = { left: 44, right: 10, top: 18, bottom: 22 } as const;

function draw(context: CanvasRenderingContext2D, { width, entries, steps, logZ, colours }: Drawing): void {
  const { low, high } = rangeOf(entries, logZ);
  const x = (step: number) => margin.left + (step / steps) * (width - margin.left - margin.right);
  const y = (nats: number) => margin.top + ((high - nats) / (high - low)) * (HEIGHT - margin.top - margin.bottom);
  context.font = '11px system-ui, sans-serif';
  context.fillStyle = colours.muted;
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.strokeRect(margin.left, margin.top, width - margin.left - margin.right, HEIGHT - margin.top - margin.bottom);
  context.textAlign = 'right';
  if (entries.length > 0)
    for (const nats of [low, high]) context.fillText(nats.toFixed(1).replace('-', '−'), margin.left - 4, y(nats) + 4);
  context.textAlign = 'left';
  context.fillText('ELBO, nats', margin.left, 11);
  context.textAlign = 'right';
  context.fillText(`${steps} steps`, width - margin.right, HEIGHT - 6);
  context.save();
  context.beginPath();
  context.rect(margin.left, margin.top, width - margin.left - margin.right, HEIGHT - margin.top - margin.bottom);
  context.clip();
  if (logZ !== undefined) {
    context.strokeStyle = colours.green;
    context.setLineDash([6, 4]);
    line(context, [
      [margin.left, y(logZ)],
      [width - margin.right, y(logZ)],
    ]);
    context.setLineDash([]);
    context.fillStyle = colours.green;
    context.textAlign = 'left';
    context.fillText('log Z', margin.left + 4, y(logZ) + 13);
  }
  if (entries.length === 0) {
    context.fillStyle = colours.muted;
    context.textAlign = 'center';
    context.fillText('the curve of a training', width / 2, HEIGHT / 2);
  }
  context.strokeStyle = colours.blue;
  context.lineWidth = 2;
  line(
    context,
    entries.map(({ step, elbo }) => [x(step), y(elbo)] as const),
  );
  context.restore();
}

function line(context: CanvasRenderingContext2D, places: readonly (readonly [number, number])[]): void {
  context.beginPath();
  places.forEach(([x, y], i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.stroke();
}

/** Nats that the axis shows at most below its upper end: the first bounds can be far below. */
const MOST_RANGE = 12;

function rangeOf(entries: readonly BoundEntry[], logZ = Number.NEGATIVE_INFINITY) {
  const values = entries.map(({ elbo }) => elbo).filter(Number.isFinite);
  const best = Math.max(logZ, ...values, ...(values.length === 0 && !Number.isFinite(logZ) ? [0] : []));
  const worst = Math.min(best - 1, ...values);
  const low = Math.max(worst, best - MOST_RANGE);
  return { low, high: best + 0.08 * (best - low) };
}
