// A canvas and the width that the page gives it.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The reference of a canvas, and its width in CSS pixels: 0 before the first layout. */
export function useCanvasWidth() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => setWidth(canvas.current!.clientWidth));
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, []);
  return { canvas, width } as const;
}
