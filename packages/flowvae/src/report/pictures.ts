// The pictures of a run: learning curve, samples from the prior, test data beside their reconstructions.
import { type FileOptions, panels } from '@flowvae/figures';
import { fold } from '@flowvae/random';
import type { RunFolder } from '@flowvae/runs';
import type { HistoryEntry } from '@flowvae/training';
import { isObservable } from '@flowvae/vae';
import { pictureSamples } from '../run/covariates/sample-labels.ts';
import type { Experiment } from '../run/experiment.ts';
import { columnFigures } from './column-figures.ts';
import { nounOf } from './counted.ts';
import { isPicture, reconstructionsFigure, samplesFigure } from './image-figures.ts';
import { binarisationIn, modelIn } from './picture-parts.ts';

/** Pixels of a term's chart: each has an axis of its own, for their sizes differ by orders. */
const TERM_HEIGHT = 260;

const TERMS = ['logLikelihood', 'logPrior', 'logBase', 'logDet', 'kl'] as const;

/** The bound against steps, with its terms. */
export function learningCurveFigure(
  run: Experiment,
  history: readonly HistoryEntry[],
  file: FileOptions = {},
): Uint8Array {
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
  return panels([bound, ...ofTerms], file);
}

const GRID_SAMPLES = 100;
const RECONSTRUCTIONS = 30;

/** Draws the pictures of a run into its folder and returns their paths. */
export function drawFigures(parts: Experiment, folder: RunFolder, history: readonly HistoryEntry[]): string[] {
  const pictures = {
    ...(isObservable(parts.model) ? picturesOfData(parts) : {}),
    ...(history.length > 0 ? { 'learning-curve.png': learningCurveFigure(parts, history) } : {}),
  };
  return Object.entries(pictures).map(([name, png]) => folder.writeFigure(name, png));
}

/** Draws and reconstructions, or columns of a table. */
const picturesOfData = (parts: Experiment): Readonly<Record<string, Uint8Array>> =>
  isPicture(parts.data)
    ? {
        'samples.png': samplesFigure(parts, {
          ...pictureSamples(parts, GRID_SAMPLES),
          key: fold(parts.key, 'samples'),
          values: 'means',
        }),
        ...(parts.set.splits.test.length > 0
          ? { 'reconstructions.png': reconstructionsFigure(parts, RECONSTRUCTIONS) }
          : {}),
      }
    : columnFigures(parts, fold(parts.key, 'samples'));
