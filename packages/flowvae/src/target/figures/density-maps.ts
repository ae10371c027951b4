// Maps of the target's density and the guide's over a part of the plane.
import { tabulate } from '@flowvae/evaluation';
import type { DensityMap } from '@flowvae/figures';
import { dataPoints } from '@flowvae/training';
import type { CheckedTarget } from '../checked-target.ts';
import type { Finished } from './finished.ts';
import { gridOf, type PlaneRange } from './plane-range.ts';

/** Cells of a map each way. */
const CELLS = 100;

/** Maps with one scale of colours. */
export interface DensityMaps {
  /** p̃ divided by the estimated Z. */
  readonly target: DensityMap;
  /** Absent for a guide that cannot be scored. */
  readonly fit?: DensityMap;
}

/** The maps over a range, at the middles of their cells. */
export async function densityMaps(
  { target, config: { engine, threads } }: CheckedTarget,
  { guide: { distribution, variables }, estimate }: Finished,
  range: PlaneRange,
): Promise<DensityMaps> {
  const logs = await tabulate(
    (z) => ({
      target: target.logDensity(z),
      ...('logProb' in distribution ? { fit: distribution.logProb(z) } : {}),
    }),
    dataPoints(gridOf(range, CELLS), 2),
    { engine, threads, variables },
  );
  const values = densities(logs.target!, estimate.logZ);
  const ceiling = values.reduce((a, b) => Math.max(a, b), 0);
  const map = (each: Float32Array): DensityMap => ({ values: each, size: CELLS, ...(ceiling > 0 ? { ceiling } : {}) });
  return { target: map(values), ...(logs.fit ? { fit: map(densities(logs.fit, 0)) } : {}) };
}

/** exp(log − offset), as large as float32 can hold; a value that is no number is 0. */
const densities = (logs: Float32Array, offset: number): Float32Array =>
  logs.map((log) => (Number.isNaN(log) ? 0 : Math.min(Math.exp(log - offset), LARGEST)));

const LARGEST = 3e38;
