// Imputes the rows of a run's data one after the other; rows without a missing entry need no work.
import { type DataDescription, widthOfDatum } from '@flowvae/datasets';
import { type Imputed, imputeAt } from '@flowvae/evaluation';
import type { Key } from '@flowvae/random';
import { formatDuration, ProgressLine, type ProgressStream } from '@flowvae/runs';
import type { DataPoints } from '@flowvae/tensor';
import { observable } from '@flowvae/vae';
import { counted, nounOf } from '../report/counted.ts';
import { entriesOfDatum, observedEntries } from '../report/datum-columns.ts';
import type { Experiment } from '../run/experiment.ts';

/** Options of {@link imputeRows}. */
export interface ImputeRowsOptions {
  /** Rows [x, mask]. */
  readonly points: DataPoints;
  /** Importance samples S of each row. */
  readonly samples: number;
  /** Imputations M of each row. */
  readonly draws: number;
  /** Row i's draws depend on the key and i only. */
  readonly key: Key;
  readonly progress: ProgressStream;
  /** Stops the work. */
  readonly signal?: AbortSignal | undefined;
  /** Called with every row in order; `imputed` is absent if nothing was missing. */
  readonly onRow: (index: number, row: Float32Array, imputed: Imputed | undefined) => void;
}

/** Totals of imputed rows. */
export interface ImputedRows {
  readonly rows: number;
  readonly rowsWithMissing: number;
  /** A category is one entry. */
  readonly missingEntries: number;
  readonly samples: number;
  readonly draws: number;
  /** Mean over rows with missing entries; NaN without any. */
  readonly effectiveSampleSize: number;
  /** The smallest; ∞ without such rows. */
  readonly leastEffectiveSampleSize: number;
  /** Rows whose effective sample size is below {@link FEW_SAMPLES}. */
  readonly rowsWithFewSamples: number;
}

/** With fewer effective samples an imputation cannot be trusted. */
export const FEW_SAMPLES = 10;

/**
 * Imputes rows and hands each on; nothing of a row is kept.
 *
 * @throws the signal's reason after an abort; ExpectationError as `impute`
 */
export async function imputeRows(parts: Experiment, options: ImputeRowsOptions): Promise<ImputedRows> {
  const { data } = parts;
  const { points, samples, draws, progress, signal, onRow, key } = options;
  const sums = { next: 0, missing: 0, few: 0 };
  const wholeRowsUntil = (index: number) => {
    for (; sums.next < index; sums.next++) onRow(sums.next, points.row(sums.next), undefined);
  };
  const line = new ProgressLine(progress);
  const imputations = await imputeAt(rowsWithMissing(points, data), {
    ...samplerOf(parts),
    data: points,
    samples,
    draws,
    key,
    ...(signal ? { signal } : {}),
    onProgress: progressOf(line, 'imputed', points.count, nounOf(data)),
    onEstimate(index, imputed) {
      wholeRowsUntil(index);
      const row = points.row(index);
      onRow(index, row, imputed);
      sums.next++;
      sums.missing += entriesOfDatum(data) - observedEntries(maskIn(row, data), data);
      if (imputed.effectiveSampleSize < FEW_SAMPLES) sums.few++;
    },
  });
  signal?.throwIfAborted(); // rows are missing
  wholeRowsUntil(points.count);
  line.show(`imputed ${points.count}/${counted(points.count, nounOf(data))}`, true);
  return {
    rows: points.count,
    rowsWithMissing: imputations.count,
    missingEntries: sums.missing,
    samples,
    draws,
    effectiveSampleSize: imputations.count > 0 ? imputations.effectiveSampleSize : Number.NaN,
    leastEffectiveSampleSize: imputations.leastEffectiveSampleSize,
    rowsWithFewSamples: sums.few,
  };
}

/** The model of a run, as imputation takes it. */
export const samplerOf = ({ model, config }: Pick<Experiment, 'model' | 'config'>) => ({
  variables: model.variables,
  modelAt: model.at,
  observe: observable(model, 'impute').observe,
  noise: model.noise,
  engine: config.engine,
  threads: config.threads,
});

/** Rows before a time left is shown. */
const FEW_ROWS = 20;

/** Shows finished rows and the time left. */
export function progressOf(line: ProgressLine, work: string, count: number, noun: string): (done: number) => void {
  const from = performance.now();
  return (done) => {
    const left = ((performance.now() - from) / done / 1000) * (count - done);
    const time = done < FEW_ROWS ? '' : `  ${formatDuration(left)} left`; // the first row is slow
    line.show(`${work} ${done}/${counted(count, noun)}${time}`);
  };
}

/** The mask in a row [x, mask, covariates]. */
const maskIn = (row: Float32Array, data: DataDescription): Float32Array =>
  row.subarray(widthOfDatum(data), 2 * widthOfDatum(data));

function* rowsWithMissing({ count, row }: DataPoints, data: DataDescription): Generator<number> {
  for (let i = 0; i < count; i++) if (maskIn(row(i), data).includes(0)) yield i;
}
