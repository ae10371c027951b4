// The learning curves of a comparison in one chart: the mean over seeds, with a band of one standard deviation.

import { summarise } from '@flowvae/comparison';
import { type FileOptions, lineChart, type Point, type Series } from '@flowvae/figures';
import type { Comparison, ComparisonRow } from '../compare-runs.ts';

/** Methods in one chart, the first of the table; more cannot be told apart. */
const MOST_LINES = 12;

/** The chart; undefined where no run has a finite bound. */
export function comparedCurves(comparison: Comparison, file: FileOptions = {}): Uint8Array | undefined {
  const { rows, isValidated } = comparison;
  const series = rows.slice(0, MOST_LINES).flatMap(lineOf);
  if (series.length === 0) return undefined;
  const more = rows.length > MOST_LINES ? `, the first ${MOST_LINES} of ${rows.length}` : '';
  const band = rows.some(({ runs }) => runs.length > 1) ? '; mean and standard deviation over seeds' : '';
  return lineChart(
    {
      title: `${isValidated ? 'Validation bound' : 'Bound of training batches'} by step${more}${band}`,
      xLabel: 'training step',
      yLabel: 'ELBO (nats)',
      series,
      yRange: 'robust',
    },
    file,
  );
}

/** The line of a method, over the steps that all of its runs have. */
function lineOf({ label, curves }: ComparisonRow): Series[] {
  const [first = [], ...others] = curves.filter((curve) => curve.length > 0);
  const lookups = others.map((curve) => new Map(curve.map(({ step, bound }) => [step, bound])));
  const points = first.flatMap(({ step, bound }): Point[] => {
    const bounds = [bound, ...lookups.map((lookup) => lookup.get(step) ?? Number.NaN)];
    const { mean, sd } = summarise(bounds);
    if (!Number.isFinite(mean)) return [];
    return [{ x: step, y: mean, ...(Number.isNaN(sd) ? {} : { spread: sd }) }];
  });
  return points.length > 0 ? [{ label, points }] : [];
}
