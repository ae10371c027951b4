// A cloud of draws in the plane.
import { type ComponentChild, h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useColourScheme, useWidth } from './hooks.ts';
import { drawScatter, type Range } from './scatter.ts';

/** A cloud and its title. */
export interface CloudProps {
  readonly title: string;
  readonly points: Float32Array;
  readonly range: Range;
}

/** Points in a square that is as wide as its place, up to 26 rem. */
export function Cloud({ title, points, range }: CloudProps): ComponentChild {
  const [place, width] = useWidth<HTMLElement>(300);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useColourScheme();
  useEffect(
    () => drawScatter(canvas.current!, width, { points: { at: points }, range }),
    [points, range, width, scheme],
  );
  return h(
    'figure',
    { class: 'cloud', ref: place },
    h('figcaption', null, title),
    h('canvas', {
      ref: canvas,
      role: 'img',
      'aria-label': title,
      style: { width: `${width}px`, height: `${width}px` },
    }),
  );
}
