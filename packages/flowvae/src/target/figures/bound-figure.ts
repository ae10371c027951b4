// The path of the bound: the ELBO of the steps' draws, fit by fit, and log Z where it is known; of forward-kl the
// log-likelihood of the target's draws.
import { type LineChartOptions, lineChart, type Series } from '@flowvae/figures';
import type { HistoryEntry } from '@flowvae/training';
import type { Draw } from '../../report/figures/named-figure.ts';
import type { CheckedTarget } from '../checked-target.ts';
import { targetName } from '../own-target.ts';
import type { Finished } from './finished.ts';

/** Fits in one chart; more cannot be told apart. */
const MOST_FITS = 6;

/** A fit and its metrics. */
interface Path {
  readonly label: string;
  readonly entries: readonly HistoryEntry[];
}

/** The chart of a run; undefined where no entry has a finite bound. */
export function boundFigure(checked: CheckedTarget, { guide, histories, kept }: Finished): Draw | undefined {
  const { short } = quantityOf(checked);
  const nameOf = (i: number) => (histories.length === 1 ? short : `restart ${i + 1}${i === kept ? ', kept' : ''}`);
  const paths = histories.map((entries, i) => ({ label: nameOf(i), entries }));
  return pathsFigure(
    checked,
    paths.filter((_, i) => i === kept || i < MOST_FITS),
    `${short} of ${guide.name} on ${targetName(checked.own)}, objective ${checked.config.objective}`,
  );
}

/** The chart of a comparison, the best guides first; undefined where no entry has a finite bound. */
export const comparedFigure = (checked: CheckedTarget, paths: readonly Path[]): Draw | undefined =>
  pathsFigure(
    checked,
    paths.slice(0, MOST_FITS),
    `${quantityOf(checked).short} of guides on ${targetName(checked.own)}`,
  );

/** The term of the metrics that a chart shows. */
interface Quantity {
  readonly term: string;
  readonly short: string;
  readonly long: string;
}

const bound: Quantity = { term: 'elbo', short: 'ELBO', long: 'ELBO of the draws of the steps (nats)' };
const likelihood: Quantity = { term: 'logProb', short: 'log q', long: 'mean log q of draws of the target (nats)' };

const quantityOf = ({ draws }: CheckedTarget): Quantity => (draws ? likelihood : bound);

function pathsFigure(checked: CheckedTarget, paths: readonly Path[], title: string): Draw | undefined {
  const { config, logZ } = checked;
  const { term, long } = quantityOf(checked);
  const lines = paths.flatMap((path) => lineOf(path, term));
  if (lines.length === 0) return undefined;
  const ends = [1, config.steps];
  const known: readonly Series[] =
    logZ === undefined || checked.draws
      ? []
      : [{ label: 'log Z', points: ends.map((x) => ({ x, y: logZ })), dashed: true }];
  const options = {
    title,
    xLabel: 'step',
    yLabel: long,
    series: [...lines, ...known],
    yRange: 'robust',
  } satisfies LineChartOptions;
  return (file) => lineChart(options, file);
}

function lineOf({ label, entries }: Path, term: string): Series[] {
  const points = entries.flatMap(({ step, terms }) => (terms[term] === undefined ? [] : [{ x: step, y: terms[term] }]));
  return points.some(({ y }) => Number.isFinite(y)) ? [{ label, points }] : [];
}
