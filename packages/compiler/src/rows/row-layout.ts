// The position of a batch's rows in a tensor, through any reshapes and transpositions.
import { elementCount } from '@flowvae/tensor';

/**
 * A tensor of outer·B·inner elements in row-major order: the middle elements at b depend on row b of the batch. A
 * reshape does not change the layout.
 */
export interface RowLayout {
  readonly outer: number;
  readonly inner: number;
}

/** The axis that holds the rows, as before·B·after; for a prime B it is unique. */
export interface RowAxis {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

const product = (sizes: readonly number[]) => elementCount(sizes);

/** The axis of a layout in a shape; undefined if the rows lie across several axes. */
export function axisOf({ outer, inner }: RowLayout, shape: readonly number[], batch: number): RowAxis | undefined {
  for (const [axis, size] of shape.entries()) {
    const before = outer / product(shape.slice(0, axis));
    const after = inner / product(shape.slice(axis + 1));
    if (Number.isInteger(before) && Number.isInteger(after) && before * batch * after === size) {
      return { axis, before, after };
    }
  }
  return undefined;
}

/** The layout of an axis in a shape. */
export const layoutOf = ({ axis, before, after }: RowAxis, shape: readonly number[]): RowLayout => ({
  outer: product(shape.slice(0, axis)) * before,
  inner: after * product(shape.slice(axis + 1)),
});

/** The same axis of a tensor that is broadcast to more axes: axes are counted from the end. */
export const aligned = (place: RowAxis, rank: number, resultRank: number): RowAxis => ({
  ...place,
  axis: place.axis + resultRank - rank,
});

export const samePlace = (a: RowAxis, b: RowAxis): boolean =>
  a.axis === b.axis && a.before === b.before && a.after === b.after;
