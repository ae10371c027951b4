// The figures of a density of pictures: draws at several temperatures below data, data between data, and the curve.
import { isExact } from '@flowvae/density';
import { bitsPerDimension } from '@flowvae/distributions';
import { imageGrid, panels } from '@flowvae/figures';
import { fold } from '@flowvae/random';
import type { HistoryEntry } from '@flowvae/training';
import { interpolatedData } from '../../density/interpolations.ts';
import type { Experiment } from '../../run/experiment.ts';
import { fixedRows } from '../../run/run-data.ts';
import { allAtTemperatures } from '../../run/samples/prior-samples.ts';
import { nounOf } from '../counted.ts';
import type { NamedFigure } from '../figures/named-figure.ts';
import { firstRows } from '../first-rows.ts';
import { imageForm, modelImages } from '../image-figures.ts';
import { binarisationIn, modelIn } from '../picture-parts.ts';

/** Temperatures of the noise: 1 is the model itself. */
const TEMPERATURES = [0.6, 0.7, 0.8, 0.9, 1] as const;

const COLUMNS = 10;

/** Test images in a row, and below them draws at rising temperatures from the same noise. */
export async function temperaturesPicture(parts: Experiment): Promise<NamedFigure> {
  const { data, set, plan, key } = parts;
  const { values, count } = firstRows(fixedRows(set, 'test', plan), data, COLUMNS);
  const draws = await allAtTemperatures(parts, TEMPERATURES, { count: COLUMNS, key: fold(key, 'samples') });
  const hasData = count === COLUMNS; // a shorter row would shift those below
  const all = new Float32Array((hasData ? values.length : 0) + draws.length);
  if (hasData) all.set(values);
  all.set(draws, all.length - draws.length);
  const { images, notFinite } = modelImages(all, data);
  const grid = {
    images,
    ...imageForm(data),
    columns: COLUMNS,
    rowLabels: [...(hasData ? ['data'] : []), ...TEMPERATURES.map((each) => `T = ${each}`)],
    title: `Samples with the noise times T, ${modelIn(parts)}${binarisationIn(parts.config)}${notFinite}`,
  };
  const alt = 'Test images, and draws at temperatures from 0.6 to 1';
  return { name: 'samples', alt, onPage: 'png', draw: (file) => imageGrid(grid, file) };
}

/** Pairs of test images, and points from one to the other. */
const [PAIRS, STEPS] = [6, 9];

/** Pictures between two test images, one pair in a row; none of fewer than two test images. */
export async function interpolationsPicture(parts: Experiment): Promise<readonly NamedFigure[]> {
  const { data, set, plan, key } = parts;
  const { rows, count } = firstRows(fixedRows(set, 'test', plan), data, 2 * PAIRS);
  const pairs = Math.floor(count / 2);
  if (pairs === 0) return [];
  const width = rows.length / count;
  const row = (i: number) => rows.subarray(i * width, (i + 1) * width);
  const ends = Array.from({ length: pairs }, (_, pair) => ({
    rows: [row(2 * pair), row(2 * pair + 1)] as const,
    key: fold(key, 'interpolations', pair),
  }));
  const { images, notFinite } = modelImages(await interpolatedData(parts, ends, { steps: STEPS }), data);
  const grid = {
    images,
    ...imageForm(data),
    columns: STEPS,
    title: `Between test images, along arcs of the latent, ${modelIn(parts)}${notFinite}`,
  };
  const alt = 'Pictures between two test images';
  return [{ name: 'interpolations', alt, onPage: 'png', draw: (file) => imageGrid(grid, file) }];
}

/** The bound against steps: bits per dimension of levels, nats of numbers. */
export function densityCurveFigure(run: Experiment, history: readonly HistoryEntry[]): NamedFigure {
  const { latent } = run.model;
  const isOfLevels = !isExact(run.model);
  const value = (elbo: number) => (isOfLevels ? bitsPerDimension(elbo, latent) : -elbo);
  const points = history.flatMap(({ step, terms: { elbo } }) =>
    elbo === undefined ? [] : [{ x: step, y: value(elbo) }],
  );
  const label = isOfLevels ? 'bits per dimension' : '−log p(x)';
  const chart = {
    title: `${label} of training batches, ${modelIn(run)}${binarisationIn(run.config)}`,
    xLabel: 'training step',
    yLabel: isOfLevels ? `bits per value of ${articled(nounOf(run.data))}` : `nats per ${nounOf(run.data)}`,
    series: [{ label, points }],
    yRange: 'robust',
  } as const;
  const alt = `${label} of training batches against steps`;
  return { name: 'learning-curve', alt, onPage: 'svg', draw: (file) => panels([chart], file) };
}

const articled = (noun: 'image' | 'row') => (noun === 'image' ? 'an image' : 'a row');
