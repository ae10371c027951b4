// The map of the latent space: codes of test pictures by class, and a picture for every place.
import { type ComponentChild, h } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { fromPlane, type Plane, toPlane } from '../../../plane/plane.ts';
import type { Codes } from '../../../worker/latent-numbers.ts';
import { mapInWords } from '../math/map-words.ts';
import { meanInWords } from '../math/words.ts';
import type { Session } from '../session.ts';
import { type Pending, useColourScheme, useWidth } from '../view/hooks.ts';
import { marksOf } from '../view/marks.ts';
import { drawScatter, placing, rangeOf } from '../view/scatter.ts';
import { Status } from '../view/status.ts';
import { Legend } from './legend.ts';

/** A place on the map that the visitor points at. */
export interface Spot {
  /** The test picture there; absent: an empty place. */
  readonly index?: number;
  /** The code there. */
  readonly z: Float32Array;
}

/** Properties of {@link MapPanel}. */
export interface MapProps {
  readonly session: Session;
  readonly codes: Pending<Codes>;
  readonly plane: Plane | undefined;
  /** The present code, which has a ring. */
  readonly z: Float32Array;
  /** The visitor points at a place, or at none. */
  onSpot(spot: Spot | undefined): void;
  /** The visitor clicks at a place, or presses Enter there. */
  onPick(spot: Spot): void;
}

/** A point this near to the pointer is meant, pixels. */
const NEAR = 9;

/** The map. */
export function MapPanel({ session, codes, plane, z, onSpot, onPick }: MapProps): ComponentChild {
  const { data, latent, meanDraws } = session;
  const [kind, setKind] = useState<keyof Codes>('mean');
  const [only, setOnly] = useState<number | undefined>(undefined);
  const [cursor, setCursor] = useState<readonly [number, number] | undefined>(undefined);
  const [place, width] = useWidth<HTMLDivElement>(320);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useColourScheme();
  const shown = codes.result?.[kind];
  const points = useMemo(() => (shown && plane ? toPlane(plane, shown) : new Float32Array(0)), [shown, plane]);
  const range = useMemo(() => rangeOf(points), [points]);
  const marks = useMemo(() => marksOf(data.run.data.classes ?? []), [data]);
  const { labels } = data;
  useEffect(() => {
    const ring = plane ? toPlane(plane, z) : undefined;
    drawScatter(canvas.current!, width, {
      points: {
        at: points,
        markOf: (i) => (labels ? marks[labels[i]!] : undefined),
        isPale: (i) => only !== undefined && labels?.[i] !== only,
      },
      range,
      cursor,
      ring: ring && [ring[0]!, ring[1]!],
    });
  }, [points, range, marks, only, cursor, z, plane, width, scheme]);
  const spotAt = (pixels: readonly [number, number]): Spot | undefined => {
    if (!shown || !plane) return undefined;
    const { toPixels, fromPixels } = placing(range, width);
    let [index, best] = [-1, NEAR];
    for (let i = 0; i < points.length / 2; i++) {
      if (only !== undefined && labels?.[i] !== only) continue;
      const [x, y] = toPixels([points[2 * i]!, points[2 * i + 1]!]);
      const apart = Math.hypot(x - pixels[0], y - pixels[1]);
      if (apart < best) [index, best] = [i, apart];
    }
    if (index < 0) return { z: fromPlane(plane, fromPixels(pixels)) };
    return { index, z: shown.slice(index * latent, (index + 1) * latent) };
  };
  const pixelsOf = (event: MouseEvent) => [event.offsetX, event.offsetY] as const;
  const onKeyDown = (event: KeyboardEvent) => {
    const { toPixels, fromPixels } = placing(range, width);
    const from = cursor ?? fromPixels([width / 2, width / 2]);
    const moved = movedBy(event, toPixels(from), width);
    if (moved) {
      event.preventDefault();
      setCursor(fromPixels(moved));
      onSpot(spotAt(moved));
    } else if (event.key === 'Enter') {
      const spot = spotAt(toPixels(from));
      if (spot) onPick(spot);
    } else if (event.key === 'Escape') {
      setCursor(undefined);
      onSpot(undefined);
    }
  };
  return h(
    'section',
    { class: 'panel' },
    h('h2', null, 'Map of the latent space'),
    h(
      'p',
      { class: 'hint' },
      plane
        ? mapInWords({ latent, count: points.length / 2, kind, shares: plane.shares, meanDraws })
        : 'The encoder places the test pictures.',
    ),
    h(Legend, { classes: data.run.data.classes ?? [], marks, only, onOnly: setOnly }),
    h(
      'label',
      { class: 'field' },
      h('span', null, 'A point is'),
      h(
        'select',
        {
          value: kind,
          onChange: (event: Event) => setKind((event.currentTarget as HTMLSelectElement).value as keyof Codes),
        },
        h('option', { value: 'mean' }, meanInWords(meanDraws)),
        h('option', { value: 'draw' }, 'one draw z from q(z|x)'),
      ),
    ),
    h(
      'div',
      { class: 'square', ref: place },
      h('canvas', {
        ref: canvas,
        tabIndex: 0,
        role: 'application',
        'aria-label': 'Map. Arrow keys move a cross, Enter takes the picture or the place there, Escape leaves.',
        style: { width: `${width}px`, height: `${width}px` },
        onMouseMove: (event: MouseEvent) => onSpot(spotAt(pixelsOf(event))),
        onMouseLeave: () => onSpot(undefined),
        onBlur: () => onSpot(undefined),
        onClick: (event: MouseEvent) => {
          const spot = spotAt(pixelsOf(event));
          if (spot) onPick(spot);
        },
        onKeyDown,
      }),
    ),
    h(Status, codes),
  );
}

/** The place that an arrow key leads to: a 24th of the map away, with Shift a 96th; undefined for other keys. */
function movedBy(
  { key, shiftKey }: KeyboardEvent,
  [x, y]: readonly [number, number],
  width: number,
): readonly [number, number] | undefined {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const step = steps[key];
  const length = width / (shiftKey ? 96 : 24);
  const inside = (value: number) => Math.min(width, Math.max(0, value));
  return step && [inside(x + length * step[0]), inside(y + length * step[1])];
}
