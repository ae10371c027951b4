// Grids of a run's images: draws from the prior, and test images beside their reconstructions.
import type { DataDescription } from '@flowvae/datasets';
import { isDensity } from '@flowvae/density';
import { drawNoise } from '@flowvae/distributions';
import { type ImageForm, imageGrid, pairedImageGrid } from '@flowvae/figures';
import { fold } from '@flowvae/random';
import { dataPoints } from '@flowvae/training';
import { hasStandardPrior, observable, reconstructed } from '@flowvae/vae';
import type { LabelChoice } from '../config/covariates/label-text.ts';
import type { Experiment, ModelParts } from '../run/experiment.ts';
import { fixedRows } from '../run/run-data.ts';
import { allSamples, type PriorSamplesOptions } from '../run/samples/prior-samples.ts';
import { allValues, samplesAt } from '../run/samples/samples-at.ts';
import { counted } from './counted.ts';
import type { Draw } from './figures/named-figure.ts';
import { firstRows } from './first-rows.ts';
import { binarisationIn, modelIn, ownModelIn, priorText } from './picture-parts.ts';

/** Whether data are drawn as images. */
export const isPicture = ({ shape }: DataDescription): boolean => shape.length === 3;

/** How images of such data are drawn: levels, bits and grey from 0 to 1, other numbers by the range of the data. */
export function imageForm({ shape, form, range }: DataDescription): ImageForm {
  const [height = 1, width = 1, channels = 1] = shape;
  return {
    height,
    width,
    channels: channels >= 3 ? 3 : 1,
    ...(hasOwnRange({ form }) && range ? { range: withWidth(range) } : {}),
  };
}

/** Values that no bounds from 0 to 1 hold. */
const hasOwnRange = ({ form }: Pick<DataDescription, 'form'>) => form === 'real' || form === 'counts';

/** Images of one value are grey. */
const withWidth = ([least, most]: readonly [number, number]): readonly [number, number] =>
  least < most ? [least, most] : [least - 0.5, most + 0.5];

/** Images as they are drawn: of two channels the first, of more than three the first three. */
export function drawnImages(values: Float32Array, data: DataDescription): Float32Array {
  const { least, most } = withinRounding(data);
  return drawnChannels(
    values.map((value) => (value < least || value > most ? value : Math.min(1, Math.max(0, value)))),
    data,
  );
}

/**
 * Images that a model made as they are drawn. Values that are not finite, as those of a model that diverged, are dark
 * and counted in a part of the title.
 */
export function modelImages(
  values: Float32Array,
  data: DataDescription,
): { readonly images: Float32Array; readonly notFinite: string } {
  const { range: [dark] = [0] } = imageForm(data);
  const count = values.reduce((sum, value) => sum + Number(!Number.isFinite(value)), 0);
  return {
    images: drawnImages(
      values.map((value) => (Number.isFinite(value) ? value : dark)),
      data,
    ),
    notFinite: count === 0 ? '' : `, ${counted(count, 'value')} not finite`,
  };
}

/** A sigmoid may round to a value just above 1, which is no value outside of the range. */
const withinRounding = (data: DataDescription) =>
  hasOwnRange(data)
    ? { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY }
    : { least: -1e-6, most: 1 + 1e-6 };

/** Values, or a mask, of the channels that are drawn: of two the first, of more than three the first three. */
export function drawnChannels(values: Float32Array, { shape: [, , channels = 1] }: DataDescription): Float32Array {
  if (channels === 1 || channels === 3) return values;
  const kept = channels === 2 ? 1 : 3;
  const pixels = values.length / channels;
  return Float32Array.from({ length: pixels * kept }, (_, i) => values[Math.floor(i / kept) * channels + (i % kept)]!);
}

/** Means or draws of p(x|z) at draws from the prior, as a grid. */
export async function samplesFigure(parts: ModelParts, options: PriorSamplesOptions): Promise<Draw> {
  const { model, data } = parts;
  const { count, values, temperature = 1 } = options;
  const prior = ownModelIn(parts) || hasStandardPrior(model) ? '' : `, prior ${priorText(parts.plan)}`;
  const kind = values === 'means' ? 'decoder means' : 'draws of p(x|z)';
  const source = isDensity(model) ? '' : ` from the prior (${kind})`; // at a density's latent data are certain
  const cooled = temperature === 1 ? '' : `, temperature ${temperature}`;
  const given = labelsIn(parts, options.labels);
  const { images, notFinite } = modelImages(await allSamples(parts, options), data);
  const title = `${counted(count, 'sample')}${source}${cooled}${given}, ${modelIn(parts)}${prior}${notFinite}`;
  const grid = { images, ...imageForm(data), ...gridOf(parts, options), title };
  return (file) => imageGrid(grid, file);
}

/** Part of a title: the condition of samples. */
export function labelsIn({ plan: { covariates } }: ModelParts, labels: LabelChoice = { kind: 'shares' }): string {
  const names = covariates.map(({ name }) => name).join(', ');
  if (names === '') return '';
  const words: Readonly<Record<LabelChoice['kind'], string>> = {
    shares: `, ${names} by their shares`,
    given: `, given ${labels.kind === 'given' ? labels.text : ''}`,
    each: `, by ${names}`,
    rows: `, ${names} of test data`,
  };
  return words[labels.kind];
}

/** The most classes that are named beside their rows of a grid. */
const MOST_NAMED = 30;

/** A class's samples stand in a row. */
function gridOf({ plan: { covariates } }: ModelParts, { count, labels }: PriorSamplesOptions) {
  const [only] = covariates;
  if (labels?.kind !== 'each' || !only || only.width > MOST_NAMED) return { columns: Math.ceil(Math.sqrt(count)) };
  return { columns: count / only.width, rowLabels: only.classes };
}

/** The first test images beside the means of p(x|z) at a draw from their posterior. */
export async function reconstructionsFigure(parts: Experiment, most: number): Promise<Draw> {
  const { config, set, data, plan, key } = parts;
  const model = observable(parts.model, 'reconstructions');
  const { rows, values, mask, count } = firstRows(fixedRows(set, 'test', plan), data, most);
  const { kind, width } = model.noise;
  const drawn = new Float32Array(count * width);
  drawNoise(kind, fold(key, 'reconstructions'), drawn);
  const samples = samplesAt(parts, {
    points: dataPoints(rows, rows.length / count),
    columns: drawn,
    at: (x, noise) => reconstructed(model, x, noise!),
  });
  const { images: reconstructions, notFinite } = modelImages(await allValues(samples, parts, count), data);
  const grid = {
    images: drawnImages(values, data),
    reconstructions,
    ...(mask ? { mask: drawnChannels(mask, data) } : {}),
    ...imageForm(data),
    columns: Math.min(count, 10),
    title: `Test images${binarisationIn(config)} and reconstructions, ${modelIn(parts)}${notFinite}`,
  };
  return (file) => pairedImageGrid(grid, file);
}
