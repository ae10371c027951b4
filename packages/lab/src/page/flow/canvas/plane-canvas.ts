// A square canvas that keeps its shape at every width, with handles over it.
import { type ComponentChildren, h } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Pair } from '../plane/planar-layer.ts';
import { useColours } from './colours.ts';
import type { PlaneView } from './plane-view.ts';
import { useCanvasWidth } from './use-canvas-width.ts';

/** Properties of {@link PlaneCanvas}. */
export interface PlaneCanvasProps {
  /** The picture in words, for who cannot see it. */
  readonly label: string;
  readonly half: number;
  readonly draw: (view: PlaneView) => void;
  /** A press on the picture, or a stroke while the button is down. */
  readonly onTouch?: (place: Pair, isStroke: boolean) => void;
  readonly children?: ComponentChildren;
  readonly id?: string;
}

/** Most pixels of a canvas in a CSS pixel: more cost time, and nobody sees them. */
const MOST_RATIO = 2;

export function PlaneCanvas({ label, half, draw, onTouch, children, id }: PlaneCanvasProps) {
  const { canvas, width } = useCanvasWidth();
  const colours = useColours();
  useLayoutEffect(() => {
    if (width === 0) return;
    const ratio = Math.min(devicePixelRatio, MOST_RATIO);
    const side = Math.round(width * ratio);
    if (canvas.current!.width !== side) {
      canvas.current!.width = side;
      canvas.current!.height = side;
    }
    draw({ context: canvas.current!.getContext('2d')!, side, ratio, half, colours });
  }, [draw, width, half, colours]);
  const touch = (event: PointerEvent, isStroke: boolean) => {
    const place = placeIn(canvas.current!, event, half);
    if (isStroke ? event.buttons & 1 : true) onTouch?.(place, isStroke);
  };
  return h(
    'div',
    { class: 'plane', id },
    h('canvas', {
      ref: canvas,
      role: 'img',
      'aria-label': label,
      class: onTouch ? 'touchable' : undefined,
      onPointerDown: onTouch && ((event: PointerEvent) => touch(event, false)),
      onPointerMove: onTouch && ((event: PointerEvent) => touch(event, true)),
    }),
    children,
  );
}

/** The place of the plane under a pointer. */
export function placeIn(element: Element, event: PointerEvent, half: number): Pair {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [((event.clientX - left) / width) * 2 * half - half, half - ((event.clientY - top) / height) * 2 * half];
}
