// Targets: unnormalised densities over R^D, with names for their columns.
import type { LogDensity } from '@flowvae/objectives';
import { ExpectationError, type Tensor1D, type Tensor2D } from '@flowvae/tensor';

/** A density over R^D, known up to a constant. */
export interface Target {
  readonly dim: number;
  /** z [B, D] → log p̃(z) [B], nats. Row i depends on row i only. */
  readonly logDensity: LogDensity;
  /** A name for each column of `values`. */
  readonly columns: readonly string[];
  /** Points of R^D in the units of the columns, [B, D] → [B, columns]. */
  values(z: Tensor2D): Tensor2D;
}

/**
 * A target from a function of points.
 *
 * @throws ExpectationError for a dimension that is no whole number from 1
 */
export function plainTarget(logDensity: (z: Tensor2D) => Tensor1D, dim: number): Target {
  if (!Number.isInteger(dim) || dim < 1) {
    const expected = 'a whole number from 1, the width of a point';
    throw new ExpectationError({ where: 'fitTarget: dim', expected, received: String(dim) });
  }
  const columns = Array.from({ length: dim }, (_, i) => `z[${i}]`);
  return { dim, logDensity, columns, values: (z) => z };
}
