// The comparison of the two models as numbers: those of the results file, and the table of the page.
import { bitsPerDimension, type RowScore } from 'flowvae';
import { markdownTable } from '../markdown-table.ts';
import { betterOf, type Estimate, type Measure, measureOf, pairedMeasure } from './estimates.ts';
import { DRAWN, type JudgedModel, type Weights, weightsOf } from './judged.ts';
import type { ImageModel } from './models.ts';
import { updateResultPage } from './result-page.ts';
import type { TimedTraining } from './timed-run.ts';

/** The training of a model, and its importance weights. */
export interface ModelFacts extends TimedTraining, Weights {
  readonly title: string;
  readonly parameters: number;
  readonly batch: number;
  /** Images that come back byte for byte, of all. */
  readonly exactReconstructions: number;
}

/** The result of a comparison. */
export interface Comparison {
  /** The minutes that each training had. */
  readonly minutes: number;
  readonly threads: number;
  /** Test images. */
  readonly images: number;
  readonly glow: ModelFacts;
  readonly vae: ModelFacts;
  readonly measures: readonly Measure[];
}

/** The facts of one model. */
export const factsOf = (
  { title, config }: ImageModel,
  training: TimedTraining,
  { parameters, scores, samples, reconstruction }: JudgedModel,
): ModelFacts => ({
  title,
  parameters,
  batch: config.batch,
  ...training,
  ...weightsOf(scores, samples),
  exactReconstructions: reconstruction.exact,
});

/** All measurements of both models. */
export function measuresOf(glow: JudgedModel, vae: JudgedModel): readonly Measure[] {
  const dimensions = glow.shape.reduce((product, size) => product * size, 1);
  const bits = (pick: (score: RowScore) => number) => (model: JudgedModel) =>
    model.scores.map((score) => bitsPerDimension(pick(score), dimensions));
  const [ofBound, ofLogP] = [bits(({ elbo }) => elbo), bits(({ logP }) => logP)];
  const exact = (value: number): Estimate => ({ value, error: 0 });
  const errors = { name: 'error of reconstructions, RMSE in bytes', digits: 3 };
  return [
    pairedMeasure({ name: 'bits per dimension by the bound of one draw', digits: 3 }, ofBound(glow), ofBound(vae)),
    pairedMeasure({ name: 'bits per dimension by importance samples', digits: 3 }, ofLogP(glow), ofLogP(vae)),
    measureOf(errors, glow.reconstruction.error, vae.reconstruction.error),
    measureOf({ name: `ms to draw ${DRAWN} images`, digits: 1 }, glow.drawTime, vae.drawTime),
    measureOf({ name: 'ms to score an image by one draw', digits: 2 }, glow.scoreTime, vae.scoreTime),
    measureOf({ name: 'dimensions of the latent', digits: 0 }, exact(glow.latent), exact(vae.latent)),
    measureOf({ name: 'parameters', digits: 0, goal: 'equal' }, exact(glow.parameters), exact(vae.parameters)),
  ];
}

const number = (value: number, digits = 0) =>
  value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace('-', '−');

const withError = ({ value, error }: Estimate, digits: number) =>
  error === 0 ? number(value, digits) : `${number(value, digits)} ± ${number(error, digits)}`;

/** Two tables: the measurements with the better model of each, and the trainings. */
export function comparisonTables({ glow, vae, measures, images, minutes, threads }: Comparison): string {
  const judged = measures.map((measure) => {
    const { name, digits, difference } = measure;
    const cells = [measure.glow, measure.vae, difference].map((each) => withError(each, digits));
    return [name, ...cells, betterOf(measure)];
  });
  const trained = [glow, vae].map((model) => [
    model.title,
    number(model.steps),
    number(model.batch),
    number(model.seconds),
    number(model.msPerStep, 1),
    number(model.samples),
    number(model.effectiveSampleSize, 1),
    model.paretoKAboveThreshold === null ? '–' : `${number(100 * model.paretoKAboveThreshold, 1)} %`,
    `${number(model.exactReconstructions)} of ${number(images)}`,
  ]);
  const columns = [
    'training',
    'steps',
    'batch',
    's',
    'ms a step',
    'samples',
    'effective',
    'k too high',
    'exact images',
  ];
  return [
    `${number(images)} test images; ${number(minutes, minutes < 1 ? 2 : 0)} minutes of training each on ${threads} threads.\n`,
    markdownTable(['measurement', glow.title, vae.title, 'difference', 'better'], judged),
    markdownTable(columns, trained),
  ].join('\n');
}

/** Brings the page up to date with the committed result; @returns the pages that differed. */
export const updateComparisonPage = ({ write }: { readonly write: boolean }): string[] =>
  updateResultPage<Comparison>({
    name: 'flow-vs-vae',
    text: comparisonTables,
    figure: 'Test images, their reconstructions, and samples',
    write,
  });
