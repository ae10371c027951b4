// The part of the plane that pictures of draws show.

/** Both axes from a least to a greatest number. */
export interface PlaneRange {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

/** The share of draws beyond each end, and the margin around the others as a share of their range. */
const [OUTSIDE, MARGIN] = [0.005, 0.15];

/** The range of most draws [n, 2], with a margin. */
export function rangeOf(points: Float32Array): PlaneRange {
  const side = (axis: 0 | 1): readonly [number, number] => {
    const values = points.filter((_, i) => i % 2 === axis).toSorted();
    const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
    const [from, to] = [at(OUTSIDE), at(1 - OUTSIDE)];
    const margin = MARGIN * (to - from) || 1;
    return rounded(from - margin, to + margin);
  };
  return { x: side(0), y: side(1) };
}

/** A range outwards to whole numbers of a step, so that its ends are short. */
function rounded(from: number, to: number): readonly [number, number] {
  const step = 10 ** Math.floor(Math.log10((to - from) / 2));
  const at = (count: number) => Number((count * step).toPrecision(12));
  return [at(Math.floor(from / step)), at(Math.ceil(to / step))];
}

/** The middles of the cells of a regular grid over a range, [size², 2], row by row from the lowest y up. */
export function gridOf({ x, y }: PlaneRange, size: number): Float32Array {
  const middle = ([from, to]: readonly [number, number], i: number) => from + ((i + 0.5) / size) * (to - from);
  return Float32Array.from({ length: 2 * size * size }, (_, at) => {
    const cell = at >> 1;
    return at % 2 === 0 ? middle(x, cell % size) : middle(y, Math.floor(cell / size));
  });
}
