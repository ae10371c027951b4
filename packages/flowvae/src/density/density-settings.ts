// The settings of densities beside those of every run: their options, defaults, accepted values and explanations. Loads
// no tensor library.
import type { DataDescription } from '@flowvae/datasets';
import { dequantisationNames, pictureFlowNames } from '@flowvae/density/plain';
import { formAfter } from '../config/likelihood-data.ts';
import { type ConfigOf, choice, count, positive, text } from '../config/setting/setting.ts';
import { optimizerSettings, type SettingName, type TrainConfig } from '../config/settings.ts';

/** All settings, in the order of the help. */
export const densitySettings = {
  model: text(
    `the flow: ${pictureFlowNames.join(', ')} for pictures; for rows a flow formula such as maf*5; auto: glow, of rows realnvp*8`,
    '<name>',
    'auto',
  ),
  levels: count('scales of realnvp and glow: how often height and width are halved', 2, 1, 16),
  depth: count('steps of glow on a scale; couplings of each kind on a scale of realnvp; couplings of nice', 4, 1, 1024),
  width: count('channels inside the networks of a picture flow', 64, 1, 4096),
  map: choice('couplings of realnvp and glow: x·e^a + m, x + m, or rational-quadratic splines', 'affine', [
    'affine',
    'additive',
    'spline',
  ]),
  activation: choice('in the networks of a picture flow: ReLU, or the smooth ELU', 'relu', ['relu', 'elu']),
  dequantisation: choice(
    'noise that fills levels: uniform, or from a small flow that sees the picture (Ho et al. 2019)',
    'uniform',
    dequantisationNames,
  ),
  alpha: positive('values y from 0 to 1 become logit(alpha + (1 − 2 alpha) y)', 0.05, {
    placeholder: '<alpha>',
    to: 0.49,
  }),
};

/** The name of a setting. */
export type DensitySettingName = keyof typeof densitySettings;

/** A value for every setting. */
export type DensityConfig = ConfigOf<typeof densitySettings>;

/** The flow of `--model` for data of a shape. */
export const chosenFlow = (model: string, { shape }: { readonly shape: readonly number[] }): string =>
  model === 'auto' ? (shape.length === 3 ? 'glow' : 'realnvp*8') : model;

/** Whether data have a density of this kind: levels, bits or numbers, all of them observed. */
export const hasDensity = ({ form, hasMissing }: Pick<DataDescription, 'form' | 'hasMissing'>): boolean =>
  !hasMissing && form !== 'counts' && form !== 'columns';

type Names = readonly DensitySettingName[];

/** The settings that have no effect beside a flow. */
export const idleBesideFlow = (flow: string): Names =>
  flow === 'nice'
    ? ['levels', 'map']
    : (pictureFlowNames as readonly string[]).includes(flow)
      ? []
      : ['levels', 'depth', 'width', 'map', 'activation'];

/** The settings that have no effect beside data of a form. */
export const idleBesideForm = (form: DataDescription['form']): Names =>
  form === 'bits' || form === 'levels' ? [] : form === 'grey' ? ['dequantisation'] : ['dequantisation', 'alpha'];

/** The data of a density. */
interface DensityData {
  readonly data: Pick<DataDescription, 'shape' | 'form'>;
  readonly binarize: TrainConfig['binarize'];
}

/** The settings that take part in a density of data: with the chosen flow, and without those that have no effect. */
export function densityInEffect(given: DensityConfig, { data, binarize }: DensityData): Partial<DensityConfig> {
  const model = chosenFlow(given.model, data);
  const idle: readonly string[] = [...idleBesideFlow(model), ...idleBesideForm(formAfter(data.form, binarize))];
  return Object.fromEntries(Object.entries({ ...given, model }).filter(([name]) => !idle.includes(name)));
}

/** Settings of every run with other defaults: levels stay whole, a few draws make an estimate, no part of a VAE. */
export const densityDefaults = {
  flow: 'none',
  binarize: 'none',
  standardize: 'no',
  evalSamples: 10,
} as const satisfies Partial<TrainConfig>;

/** The settings of every run that a density has, in the order of the help. */
export const densityRunSettings = [
  ...([
    'data',
    'splits',
    'splitSeed',
    'labels',
    'leaveOut',
    'shape',
    'size',
    'colours',
    'invert',
    'binarize',
    'binarizeSeed',
  ] as const),
  ...(['batch', 'steps'] as const),
  ...optimizerSettings,
  ...(['onNonFinite'] as const),
  ...(['validateEvery', 'keep', 'patience', 'seed', 'evalSamples', 'evalImages', 'engine', 'threads'] as const),
] satisfies readonly SettingName[];
