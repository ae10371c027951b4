// Figures of tables and other flat rows: each column, and pairs of columns, of data beside draws from the model.
import { widthOfDatum } from '@flowvae/datasets';
import { drawNoise } from '@flowvae/distributions';
import { type ColumnFigureOptions, type ColumnSeries, type FileOptions, marginals, pairs } from '@flowvae/figures';
import { fold, type Key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { columnsOf } from '../config/data-columns.ts';
import type { Experiment, ModelParts } from '../run/experiment.ts';
import { fixedRows } from '../run/run-data.ts';
import { firstRows } from './first-rows.ts';
import { likelihoodIn, read } from './picture-parts.ts';

/** Rows in a figure. */
const MOST_ROWS = 2000;

/** Columns in the figure of pairs. */
const MOST_PAIRED = 6;

/** Draws x ~ p(x) of a model, [n, P]: z from the prior, then x from p(x|z). */
function drawRows({ model }: ModelParts, count: number, key: Key): Float32Array {
  const ofLatent = model.prior.noise;
  const latentNoise = new Float32Array(count * ofLatent.width);
  drawNoise(ofLatent.kind, fold(key, 'latent'), latentNoise);
  const z = tf.tidy(() => model.prior.sampleAndLogProb(tf.tensor2d(latentNoise, [count, ofLatent.width])).z);
  const { kind, width } = tf.tidy(() => ({ ...model.observe(z).noise }));
  const dataNoise = new Float32Array(count * width);
  drawNoise(kind, fold(key, 'data'), dataNoise);
  const values = read(() => model.observe(z).sampleAndLogProb(tf.tensor2d(dataNoise, [count, width])).z);
  z.dispose();
  return values;
}

/** Draws from the model, column by column. */
export const columnSamplesFigure = (parts: ModelParts, count: number, key: Key): Uint8Array =>
  marginals(tableOf(parts, [{ label: 'draws from the model', values: drawRows(parts, count, key) }]));

/** Both figures of test data beside as many draws. */
export function columnFigures(
  parts: Experiment,
  key: Key,
  file: FileOptions = {},
): Readonly<Record<string, Uint8Array>> {
  const table = besideDraws(parts, key);
  const numbers = table.columns.filter(({ kind }) => kind === 'number').slice(0, MOST_PAIRED);
  return {
    'samples.png': marginals(table, file),
    ...(numbers.length > 1 ? { 'pairs.png': pairs({ ...table, columns: numbers }, file) } : {}),
  };
}

function besideDraws(parts: Experiment, key: Key): ColumnFigureOptions {
  const { count, values, mask } = firstRows(fixedRows(parts.set, 'test', parts.plan), parts.data, MOST_ROWS);
  const draws = drawRows(parts, Math.max(1, count), key);
  const data: readonly ColumnSeries[] = count > 0 ? [{ label: 'test data', values, ...(mask ? { mask } : {}) }] : [];
  return tableOf(parts, [...data, { label: 'draws from the model', values: draws }]);
}

function tableOf({ data, config }: ModelParts, series: readonly ColumnSeries[]): ColumnFigureOptions {
  const labels = series.map(({ label }) => label).join(' and ');
  return {
    title: `${labels[0]!.toUpperCase()}${labels.slice(1)}, flow ${config.flow}${likelihoodIn(config)}`,
    columns: columnsOf(data),
    series,
    width: widthOfDatum(data),
  };
}
