// The context of a page's part, which draws straight onto the page: a canvas for each part would double the memory.
import type { SKRSContext2D } from '@napi-rs/canvas';
import type { PagePart } from './page.ts';

/** Members of a context that are ours. */
type OwnMembers = Readonly<Record<string | symbol, unknown>>;

/** A context with some members replaced. */
export function withOwn(context: SKRSContext2D, own: OwnMembers): SKRSContext2D {
  return new Proxy(context, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return own[name];
      const value: unknown = Reflect.get(context, name);
      return typeof value === 'function' ? value.bind(context) : value;
    },
    set: (_, name, value) => Reflect.set(context, name, value),
  });
}

/**
 * The context of a part as Chart.js needs it: with a canvas of its own that may be enlarged, and transforms that stay
 * in the part. Nothing is ever wiped, since wiping would take the other parts along.
 *
 * @param part in the page's own units
 */
export function partContext(page: SKRSContext2D, { x, y, width, height }: PagePart): SKRSContext2D {
  const placed: SKRSContext2D = withOwn(page, {
    canvas: { width, height, getContext: () => placed },
    setTransform: (...[a, b, c, d, e, f]: number[]) => page.setTransform(a!, b!, c!, d!, e! + x, f! + y),
    resetTransform: () => page.setTransform(1, 0, 0, 1, x, y),
    clearRect: () => {},
  });
  return placed;
}

/** Draws on a part: nothing reaches beyond it, and the page's context is afterwards as it was. */
export function drawWithin(page: SKRSContext2D, { x, y, width, height }: PagePart, paint: () => void): void {
  page.save();
  page.beginPath();
  page.rect(x, y, width, height);
  page.clip();
  page.translate(x, y);
  paint();
  page.restore();
}
