// Figures of tables and other flat rows: each column, and pairs of columns, of data beside draws from the model.
import { widthOfDatum } from '@flowvae/datasets';
import { type ColumnFigureOptions, type ColumnSeries, marginals, pairs } from '@flowvae/figures';
import type { Key } from '@flowvae/random';
import type { Experiment, ModelParts } from '../run/experiment.ts';
import { fixedRows } from '../run/run-data.ts';
import { allSamples, type PriorSamplesOptions } from '../run/samples/prior-samples.ts';
import { datumColumns } from './datum-columns.ts';
import type { Draw } from './figures/named-figure.ts';
import { firstRows } from './first-rows.ts';
import { labelsIn } from './image-figures.ts';
import { modelIn } from './picture-parts.ts';

/** Rows in a figure. */
export const MOST_ROWS = 2000;

/** Columns in the figure of pairs. */
const MOST_PAIRED = 6;

/** Draws x ~ p(x) of a model, [n, P]: z from the prior, then x from p(x|z). */
const drawRows = (parts: ModelParts, options: Omit<PriorSamplesOptions, 'values'>): Promise<Float32Array> =>
  allSamples(parts, { ...options, values: 'draws' });

/** Draws from the model, column by column. */
export async function columnSamplesFigure(parts: ModelParts, options: PriorSamplesOptions): Promise<Draw> {
  const label = `draws from the model${labelsIn(parts, options.labels)}`;
  const table = tableOf(parts, [{ label, values: await drawRows(parts, options) }]);
  return (file) => marginals(table, file);
}

/** Both figures of test data beside as many draws, by name. */
export async function columnFigures(parts: Experiment, key: Key): Promise<Readonly<Record<string, Draw>>> {
  const table = await besideDraws(parts, key);
  const numbers = table.columns.filter(({ kind }) => kind === 'number').slice(0, MOST_PAIRED);
  return {
    samples: (file) => marginals(table, file),
    ...(numbers.length > 1 ? { pairs: (file) => pairs({ ...table, columns: numbers }, file) } : {}),
  };
}

async function besideDraws(parts: Experiment, key: Key): Promise<ColumnFigureOptions> {
  const { count, values, mask, covariates } = firstRows(
    fixedRows(parts.set, 'test', parts.plan),
    parts.data,
    MOST_ROWS,
  );
  const labels = covariates && count > 0 ? ({ kind: 'rows', columns: covariates } as const) : undefined;
  const draws = await drawRows(parts, { count: Math.max(1, count), key, ...(labels ? { labels } : {}) });
  const data: readonly ColumnSeries[] = count > 0 ? [{ label: 'test data', values, ...(mask ? { mask } : {}) }] : [];
  return tableOf(parts, [...data, { label: 'draws from the model', values: draws }]);
}

function tableOf(parts: ModelParts, series: readonly ColumnSeries[]): ColumnFigureOptions {
  const { data, plan } = parts;
  const labels = series.map(({ label }) => label).join(' and ');
  return {
    title: `${labels[0]!.toUpperCase()}${labels.slice(1)}, ${modelIn(parts)}`,
    columns: datumColumns(data, plan.binarisation),
    series,
    width: widthOfDatum(data),
  };
}
