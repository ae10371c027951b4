// The error of a run's imputations on observed entries that are hidden from the model.
import { dataMoments, type SplitName, widthOfDatum } from '@flowvae/datasets';
import { type ImputationError, type ImputedColumns, imputationError } from '@flowvae/evaluation';
import type { Key } from '@flowvae/random';
import { ProgressLine, type ProgressStream } from '@flowvae/runs';
import { nounOf } from '../report/counted.ts';
import { datumColumns, kindOfVariables } from '../report/datum-columns.ts';
import type { EncodedSplit } from '../run/encoded-rows.ts';
import { rowsOfSplit } from '../run/encoded-rows.ts';
import type { Experiment } from '../run/experiment.ts';
import { fixedRows } from '../run/run-data.ts';
import { progressOf, samplerOf } from './impute-rows.ts';

/** Options of {@link heldOutError}. */
export interface HeldOutErrorOptions {
  /** The split that is imputed. */
  readonly split: EncodedSplit;
  /** Rows at most, from the first on. */
  readonly images?: number | undefined;
  /** Whether the data are not those of the run. */
  readonly hasOtherData: boolean;
  /** The share of observed entries to hide. */
  readonly share: number;
  readonly samples: number;
  readonly draws: number;
  readonly key: Key;
  readonly progress: ProgressStream;
  readonly signal?: AbortSignal | undefined;
}

/** The error, and the rows that it was measured on. */
export interface HeldOutError extends ImputationError {
  readonly share: number;
  readonly split: EncodedSplit;
}

/** The fewest draws that have an interval of 90 %. */
const LEAST_DRAWS = 19;

/**
 * Hides a share of the observed entries and compares their imputations with them: in the split that is imputed; but of
 * all the run's own data, in its test rows, which training has not seen. Baselines are the means and frequencies of the
 * training rows, of other data those of the rows themselves.
 *
 * @returns undefined if the work was stopped, or nothing was hidden
 */
export async function heldOutError(parts: Experiment, options: HeldOutErrorOptions): Promise<HeldOutError | undefined> {
  const { set, plan, data } = parts;
  const { images, share, samples, draws, key, progress, signal } = options;
  const split = unseen(parts, options);
  const rows = rowsOfSplit(set, split);
  const points = fixedRows(set, rows, plan, images);
  const measured = options.hasOtherData ? { ...set, splits: { ...set.splits, train: rows } } : set;
  const { mean: means, deviation: deviations } = dataMoments(measured, plan.binarisation);
  const line = new ProgressLine(progress);
  const error = await imputationError({
    ...samplerOf(parts),
    data: points,
    samples,
    draws: Math.max(LEAST_DRAWS, draws),
    key,
    columns: scoredColumns(parts),
    fraction: share,
    means,
    deviations,
    onProgress: progressOf(line, 'held out', points.count, nounOf(data)),
    ...(signal ? { signal } : {}),
  });
  line.end();
  return signal?.aborted || error.entries === 0 ? undefined : { share, split, ...error };
}

function unseen({ set }: Experiment, { split, hasOtherData }: HeldOutErrorOptions): EncodedSplit {
  const test: SplitName = 'test';
  return split === 'all' && !hasOtherData && set.splits[test].length > 0 ? test : split;
}

/** Pixels of images are scored together. */
function scoredColumns({ data, plan: { binarisation } }: Experiment): readonly ImputedColumns[] {
  if (nounOf(data) === 'row') return datumColumns(data, binarisation);
  return [{ name: 'pixels', kind: kindOfVariables(data, binarisation), at: 0, width: widthOfDatum(data) }];
}
