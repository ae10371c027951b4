// The pictures of a run: learning curve, samples from the prior, test data beside their reconstructions.
import { isDensity } from '@flowvae/density';
import { type FileOptions, panels } from '@flowvae/figures';
import { fold } from '@flowvae/random';
import type { RunFolder } from '@flowvae/runs';
import type { HistoryEntry } from '@flowvae/training';
import { isObservable } from '@flowvae/vae';
import { pictureSamples } from '../run/covariates/sample-labels.ts';
import type { Experiment } from '../run/experiment.ts';
import { columnFigures } from './column-figures.ts';
import { nounOf } from './counted.ts';
import { densityCurveFigure, interpolationsPicture, temperaturesPicture } from './density/density-figures.ts';
import { fileName, type NamedFigure } from './figures/named-figure.ts';
import { isPicture, reconstructionsFigure, samplesFigure } from './image-figures.ts';
import { binarisationIn, modelIn } from './picture-parts.ts';

/** Pixels of a term's chart: each has an axis of its own, for their sizes differ by orders. */
const TERM_HEIGHT = 260;

const TERMS = ['logLikelihood', 'logPrior', 'logBase', 'logDet', 'kl'] as const;

/** The bound against steps, with its terms; of a density in bits per dimension. */
export const learningCurveFigure = (run: Experiment, history: readonly HistoryEntry[]): NamedFigure =>
  isDensity(run.model) ? densityCurveFigure(run, history) : boundFigure(run, history);

function boundFigure(run: Experiment, history: readonly HistoryEntry[]): NamedFigure {
  const { config, data } = run;
  const line = (name: string, sign = 1) =>
    history.flatMap(({ step, terms }) => (terms[name] === undefined ? [] : [{ x: step, y: sign * terms[name] }]));
  const terms = TERMS.map((name) => ({ label: name, points: line(name) })).filter(({ points }) => points.length > 0);
  const xLabel = 'training step';
  const title = `−ELBO of training batches, ${modelIn(run)}${binarisationIn(config)}`;
  const bound = {
    title,
    xLabel,
    yLabel: '−ELBO (nats)',
    series: [{ label: '−ELBO', points: line('elbo', -1) }],
    yRange: 'robust',
  } as const;
  const sum =
    line('kl').length > 0 ? 'ELBO = logLikelihood − kl' : 'ELBO = logLikelihood + logPrior − logBase + logDet';
  const ofTerms = terms.map((series, i) => ({
    title: i === 0 ? `${series.label}, in ${sum}` : series.label,
    xLabel: i === terms.length - 1 ? xLabel : '',
    yLabel: `nats per ${nounOf(data)}`,
    series: [series],
    height: TERM_HEIGHT,
  }));
  return {
    name: 'learning-curve',
    alt: 'Negative ELBO of training batches against steps, and its terms',
    onPage: 'svg',
    draw: (file) => panels([bound, ...ofTerms], file),
  };
}

const GRID_SAMPLES = 100;
const RECONSTRUCTIONS = 30;

/** A grid of draws from the prior. */
export const samplesPicture = async (parts: Experiment): Promise<NamedFigure> => ({
  name: 'samples',
  alt: 'Samples from the prior',
  onPage: 'png',
  draw: await samplesFigure(parts, {
    ...pictureSamples(parts, GRID_SAMPLES),
    key: fold(parts.key, 'samples'),
    values: 'means',
  }),
});

/** A grid of test images and their reconstructions. */
export const reconstructionsPicture = async (parts: Experiment): Promise<NamedFigure> => ({
  name: 'reconstructions',
  alt: 'Test images and reconstructions',
  onPage: 'png',
  draw: await reconstructionsFigure(parts, RECONSTRUCTIONS),
});

/** Columns of test data beside draws, and pairs of columns where there are several. */
export const columnPictures = async (parts: Experiment): Promise<readonly NamedFigure[]> =>
  Object.entries(await columnFigures(parts, fold(parts.key, 'samples'))).map(([name, draw], i) => ({
    name,
    alt: i === 0 ? 'Columns of test data and of draws' : 'Pairs of columns of test data and of draws',
    onPage: 'svg',
    draw,
  }));

/** A figure in a run's folder. */
export interface WrittenPicture {
  readonly name: string;
  readonly path: string;
  /** Draws the figure as a PNG with its title. */
  readonly png: () => Uint8Array;
}

/** Draws the pictures of a run into its folder. */
export async function drawPictures(
  parts: Experiment,
  history: readonly HistoryEntry[],
  { folder, file }: { readonly folder: RunFolder; readonly file?: FileOptions | undefined },
): Promise<readonly WrittenPicture[]> {
  const pictures = [
    ...(await picturesOfData(parts)),
    ...(history.length > 0 ? [learningCurveFigure(parts, history)] : []),
  ];
  return writePictures(pictures, { folder, file });
}

/** Writes figures by name into a run's folder. */
export const writePictures = (
  pictures: readonly Pick<NamedFigure, 'name' | 'draw'>[],
  { folder, file = {} }: { readonly folder: RunFolder; readonly file?: FileOptions | undefined },
): readonly WrittenPicture[] =>
  pictures.map(({ name, draw }) => {
    const image = draw(file);
    const isPlain = (file.format ?? 'png') === 'png' && file.titles !== false;
    return { name, path: folder.writeFigure(fileName(name, file), image), png: () => (isPlain ? image : draw()) };
  });

/**
 * Draws and reconstructions, of a density draws and interpolations, or columns of a table; none of a model that cannot
 * be sampled.
 */
export async function picturesOfData(parts: Experiment): Promise<readonly NamedFigure[]> {
  if (!isObservable(parts.model)) return [];
  if (!isPicture(parts.data)) return columnPictures(parts);
  if (isDensity(parts.model)) return [await temperaturesPicture(parts), ...(await interpolationsPicture(parts))];
  const hasTest = parts.set.splits.test.length > 0;
  return [await samplesPicture(parts), ...(hasTest ? [await reconstructionsPicture(parts)] : [])];
}
