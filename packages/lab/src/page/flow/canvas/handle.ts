// A point on a canvas that mouse, touch and arrow keys move.
import { h } from 'preact';
import type { Pair } from '../plane/planar-layer.ts';
import { placeIn } from './plane-canvas.ts';

/** Properties of {@link Handle}. */
export interface HandleProps {
  /** A letter or two on the handle. */
  readonly text: string;
  /** The handle in words. */
  readonly label: string;
  readonly place: Pair;
  readonly half: number;
  readonly kind: 'w' | 'u' | 'b' | 'z';
  readonly onMove: (place: Pair) => void;
  /** A step by an arrow key; absent: a move by as much. */
  readonly onStep?: (step: Pair) => void;
}

/** Units that an arrow key moves, alone and with the shift key. */
const STEP = 0.05;
const LONG_STEP = 0.5;

const arrows: Readonly<Record<string, Pair>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export function Handle({ text, label, place, half, kind, onMove, onStep }: HandleProps) {
  const edge = 0.96 * half;
  const clipped = place.map((value) => Math.min(Math.max(value, -edge), edge)) as [number, number];
  const [x, y] = clipped.map((value) => (100 * (value + half)) / (2 * half)) as [number, number];
  const numbers = place.map((value) => value.toFixed(2).replace('-', '−')).join(', ');
  return h(
    'button',
    {
      type: 'button',
      class: `handle handle-${kind}`,
      style: { left: `${x}%`, top: `${100 - y}%` },
      'aria-label': `${label}, now at (${numbers}). Arrow keys move it.`,
      title: label,
      onPointerDown: (event: PointerEvent) => (event.currentTarget as Element).setPointerCapture(event.pointerId),
      onPointerMove: (event: PointerEvent) => {
        const element = event.currentTarget as Element;
        if (element.hasPointerCapture(event.pointerId)) onMove(placeIn(element.parentElement!, event, half));
      },
      onKeyDown: (event: KeyboardEvent) => {
        const arrow = arrows[event.key];
        if (!arrow) return;
        event.preventDefault();
        const step = event.shiftKey ? LONG_STEP : STEP;
        const moved: Pair = [step * arrow[0], step * arrow[1]];
        if (onStep) onStep(moved);
        else onMove([clipped[0] + moved[0], clipped[1] + moved[1]]);
      },
    },
    text,
  );
}
