// Canvases as sharp as the screen, in the colours of the page.
import { type ComponentChild, h, type VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A colour of the page, by the name of its CSS variable without the dashes. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Colours of classes and series, in their order; a shape or a word says the same. */
export const seriesNames = ['blue', 'orange', 'green', 'pink', 'gold', 'sky', 'ink', 'muted'] as const;

/** The drawing surface of one frame: context, width and height in CSS pixels. */
export interface Surface {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/** Properties of {@link Picture}. */
export interface PictureProps {
  /** The picture in words, for readers who do not see it. */
  readonly label: string;
  /** Height over width. */
  readonly ratio: number;
  readonly draw: (surface: Surface) => void;
  /** The widest that it grows, CSS pixels. */
  readonly most?: number;
}

/** A canvas as wide as its place, drawn anew when its width, the colour scheme or `draw` changes. */
export function Picture({ label, ratio, draw, most }: PictureProps): ComponentChild {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current!;
    const paint = () => paintOn(canvas, ratio, draw);
    const sizes = new ResizeObserver(paint);
    sizes.observe(canvas);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', paint);
    paint();
    return () => {
      sizes.disconnect();
      dark.removeEventListener('change', paint);
    };
  }, [draw, ratio]);
  const style = { width: '100%', aspectRatio: `1 / ${ratio}`, ...(most ? { maxWidth: `${most}px` } : {}) };
  return h('canvas', { ref, role: 'img', 'aria-label': label, style }) as VNode;
}

function paintOn(canvas: HTMLCanvasElement, ratio: number, draw: PictureProps['draw']): void {
  const width = canvas.clientWidth;
  if (width === 0) return;
  const [height, scale] = [Math.round(width * ratio), globalThis.devicePixelRatio || 1];
  const [w, h2] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h2) Object.assign(canvas, { width: w, height: h2 });
  const context = canvas.getContext('2d')!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  draw({ context, width, height });
}
