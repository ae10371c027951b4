// log p(x_observed|z) from a distribution of all variables.
import type { Observation } from '@flowvae/distributions';
import { rowsFor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Observed } from './row-reading.ts';
import type { Standardiser } from './standardisation.ts';

/**
 * Σ m_i·(log p(x'_i|z) − log scale_i) of data in the model's units, as a function of p(x'|z) and its rows.
 *
 * One row of data may stand for several successive rows of z. Without a mask the sum is the distribution's own.
 */
export function observedLogProb(
  { x, mask }: Observed,
  units: Standardiser | undefined,
): (p: Observation, rows: number) => Tensor1D {
  const logDet = units && sumOver(units.logScale(), mask); // [B or 1]
  return (p, rows) => {
    const forRows = <T extends Tensor1D | Tensor2D>(each: T): T => rowsFor('likelihood', each, rows);
    const data = forRows(x);
    const inside = mask ? sumOver(p.logProbOfEach(data), forRows(mask)) : p.logProb(data);
    return logDet ? tf.sub(inside, forRows(logDet)) : inside;
  };
}

/** Σ m_i·a_i over the columns, [B] */
const sumOver = (each: Tensor2D, mask: Tensor2D | undefined): Tensor1D =>
  tf.sum(mask ? tf.mul(mask, each) : each, 1) as Tensor1D;
