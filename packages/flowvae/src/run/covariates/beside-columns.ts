// Rows with covariates behind them.
import type { DataPoints } from '@flowvae/training';

/** Rows [P + C]: those of the points, then their columns [n, C]; without columns the points themselves. */
export function besideColumns(points: DataPoints, columns: Float32Array): DataPoints {
  const given = columns.length / points.count;
  if (given === 0) return points;
  const width = points.width + given;
  const row = new Float32Array(width);
  return {
    count: points.count,
    width,
    row(index) {
      row.set(points.row(index));
      row.set(columns.subarray(index * given, (index + 1) * given), points.width);
      return row;
    },
  };
}
