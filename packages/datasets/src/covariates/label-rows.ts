// Labels, and other values beside x, by row.

import { rowRuns, rowsInPiece } from '../sets/row-runs.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { widthOf } from '../stored/views.ts';

/** Labels, or other values beside x, of some rows: [n, …] as stored. */
export function labelRows(y: StoredArray, rows: Uint32Array): Float32Array {
  const width = widthOf(y);
  const values = new Float32Array(rows.length * width);
  const most = rowsInPiece(width);
  const read = new Float32Array(Math.min(most, y.shape[0]!) * width);
  for (const { from, to, first, end } of rowRuns(rows, most)) {
    y.read(from, to, read.subarray(0, (to - from) * width));
    for (let i = first; i < end; i++) {
      const start = (rows[i]! - from) * width;
      values.set(read.subarray(start, start + width), i * width);
    }
  }
  return values;
}
