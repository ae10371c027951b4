// The first rows of data, with values, mask and covariates apart.
import type { DataDescription } from '@flowvae/datasets';
import { widthOfDatum } from '@flowvae/datasets';
import type { DataPoints } from '@flowvae/tensor';

/** Rows as a model takes them, and their parts. */
export interface FirstRows {
  readonly count: number;
  /** [n, W] */
  readonly rows: Float32Array;
  /** [n, P]; 0 where missing. */
  readonly values: Float32Array;
  /** [n, P], 1 where observed; absent where nothing is missing. */
  readonly mask?: Float32Array;
  /** [n, C], the covariates; absent without any. */
  readonly covariates?: Float32Array;
}

/** The first rows of some data points, at most so many. */
export function firstRows(points: DataPoints, data: DataDescription, most: number): FirstRows {
  const count = Math.min(most, points.count);
  const { width } = points;
  const rows = new Float32Array(count * width);
  for (let i = 0; i < count; i++) rows.set(points.row(i), i * width);
  const pixels = widthOfDatum(data);
  if (width === pixels) return { count, rows, values: rows };
  const part = (from: number, to: number) => {
    const values = new Float32Array(count * (to - from));
    for (let i = 0; i < count; i++) values.set(rows.subarray(i * width + from, i * width + to), i * (to - from));
    return values;
  };
  const end = data.hasMissing ? 2 * pixels : pixels;
  return {
    count,
    rows,
    values: part(0, pixels),
    ...(data.hasMissing ? { mask: part(pixels, end) } : {}),
    ...(end < width ? { covariates: part(end, width) } : {}),
  };
}
