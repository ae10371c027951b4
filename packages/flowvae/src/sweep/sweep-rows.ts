// The results of a sweep by the varied settings: mean and deviation over the seeds.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readObject } from '@flowvae/runs/plain';
import { configurationsOf } from './configurations.ts';
import { runOf, type StoredSweep } from './sweep-folder.ts';
import { isFinished } from './trial-state.ts';

/** Numbers over seeds. */
interface Summary {
  readonly mean: number;
  /** Standard deviation with n − 1; null for one run. */
  readonly deviation: number | null;
}

/** Finished runs that differ in their seed alone. */
export interface SweepRow {
  readonly values: Readonly<Record<string, string>>;
  /** Finished runs. */
  readonly runs: number;
  /** Of test NLL and test ELBO in nats; absent where no run was evaluated. */
  readonly nll?: Summary;
  readonly elbo?: Summary;
}

/** The rows of a sweep in the order of its runs. */
export function sweepRows(folder: string, { trials }: StoredSweep): SweepRow[] {
  return configurationsOf(trials).map((group) => {
    const { seed: _, ...values } = group[0]!.values;
    const reports = group
      .map((trial) => runOf(folder, trial))
      .filter(isFinished)
      .map(reportOf);
    return {
      values,
      runs: reports.length,
      ...summarised(
        'nll',
        reports.map(({ testNll }) => testNll),
      ),
      ...summarised(
        'elbo',
        reports.map(({ testElbo }) => testElbo),
      ),
    };
  });
}

const reportOf = (run: string): Record<string, unknown> =>
  existsSync(join(run, 'report.json')) ? readObject(join(run, 'report.json')) : {};

function summarised<N extends string>(name: N, given: readonly unknown[]): { readonly [K in N]?: Summary } {
  const values = given.filter((value) => typeof value === 'number');
  if (values.length === 0) return {};
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null;
  return { [name]: { mean, deviation } } as { readonly [K in N]: Summary };
}
