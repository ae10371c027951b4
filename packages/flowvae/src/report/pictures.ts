// The pictures of a run: learning curve, samples from the prior, test images beside their reconstructions.
import { type FileOptions, imageGrid, pairedImageGrid, panels } from '@flowvae/figures';
import { drawNormal, fold, type Key } from '@flowvae/random';
import type { RunFolder } from '@flowvae/runs';
import { type Tensor, tf } from '@flowvae/tensor';
import type { HistoryEntry } from '@flowvae/training';
import type { TrainConfig } from '../config/settings.ts';
import type { Experiment, ModelParts } from '../run/experiment.ts';
import { counted } from './counted.ts';

/** Part of a title; titles omit the Bernoulli likelihood. */
const likelihoodIn = ({ likelihood }: TrainConfig) => (likelihood === 'bernoulli' ? '' : `, ${likelihood}`);

/** Means of p(x|z) at draws from the prior, as a grid. */
export function samplesFigure({ plan, model, image, config }: ModelParts, count: number, key: Key): Uint8Array {
  const noise = tf.tensor2d(drawNormal(key, count * config.latent), [count, config.latent]);
  const { height, width } = image;
  const images = clamped(read(() => model.sample(noise)));
  noise.dispose();
  const prior = plan.prior ? `, prior ${config.prior}` : '';
  const title = `${counted(count, 'sample')} from the prior (decoder means), flow ${config.flow}${prior}${likelihoodIn(config)}`;
  return imageGrid({ images, height, width, columns: Math.ceil(Math.sqrt(count)), title });
}

/** The first test images beside the means of p(x|z) at a draw from their posterior. */
export function reconstructionsFigure({ model, splits, config, test, key }: Experiment, most: number): Uint8Array {
  const { height, width } = splits.test;
  const count = Math.min(most, splits.test.count);
  const images = new Float32Array(count * height * width);
  for (let i = 0; i < count; i++) images.set(test.row(i), i * height * width);
  const x = tf.tensor2d(images, [count, height * width]);
  const noise = tf.tensor2d(drawNormal(fold(key, 'reconstructions'), count * config.latent), [count, config.latent]);
  const reconstructions = clamped(read(() => model.reconstruct(x, noise)));
  tf.dispose([x, noise]);
  const title = `Test images (${config.binarize} binarisation) and reconstructions, flow ${config.flow}${likelihoodIn(config)}`;
  return pairedImageGrid({ images, reconstructions, height, width, columns: Math.min(count, 10), title });
}

const TERMS = ['logLikelihood', 'logPrior', 'logBase', 'logDet', 'kl'] as const;

/** The bound against steps, with its terms. */
export function learningCurveFigure(
  { config }: Experiment,
  history: readonly HistoryEntry[],
  file: FileOptions = {},
): Uint8Array {
  const line = (name: string, sign = 1) =>
    history.flatMap(({ step, terms }) => (terms[name] === undefined ? [] : [{ x: step, y: sign * terms[name] }]));
  const lines = TERMS.map((name) => ({ label: name, points: line(name) })).filter(({ points }) => points.length > 0);
  const xLabel = 'training step';
  const title = `−ELBO of training batches, flow ${config.flow}${likelihoodIn(config)}, ${config.binarize} binarisation`;
  const bound = {
    title,
    xLabel,
    yLabel: '−ELBO (nats)',
    series: [{ label: '−ELBO', points: line('elbo', -1) }],
    yRange: 'robust',
  } as const;
  const parts = {
    title: line('kl').length > 0 ? 'ELBO = logLikelihood − kl' : 'ELBO = logLikelihood + logPrior − logBase + logDet',
    xLabel,
    yLabel: 'mean per image (nats)',
    series: lines,
  } as const;
  return panels([bound, parts], file);
}

/** Runs a function of captured tensors and reads its result. */
export function read(fn: () => Tensor): Float32Array {
  const result = tf.tidy(fn);
  const values = result.dataSync<'float32'>();
  result.dispose();
  return values;
}

/** A sigmoid may round to a value just above 1, which is no error of the user's. */
export const clamped = (values: Float32Array) => values.map((value) => Math.min(1, Math.max(0, value)));

const GRID_SAMPLES = 100;
const RECONSTRUCTIONS = 30;

/** Draws the pictures of a run into its folder and returns their paths. */
export function drawFigures(parts: Experiment, folder: RunFolder, history: readonly HistoryEntry[]): string[] {
  const pictures = {
    'samples.png': samplesFigure(parts, GRID_SAMPLES, fold(parts.key, 'samples')),
    'reconstructions.png': reconstructionsFigure(parts, RECONSTRUCTIONS),
    ...(history.length > 0 ? { 'learning-curve.png': learningCurveFigure(parts, history) } : {}),
  };
  return Object.entries(pictures).map(([name, png]) => folder.writeFigure(name, png));
}
