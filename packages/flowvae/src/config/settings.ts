// Every setting of a training run, once: its option, default, accepted values and explanation. The command line, the
// config file and their checks are derived from this table.
import { availableParallelism } from 'node:os';
import { binarisations, splitRuleUsage, staticBinarisationSeed } from '@flowvae/datasets/plain';
import type { HeadScaling } from '@flowvae/flows';
import { gradients } from '@flowvae/objectives/plain';
import { nonFinitePolicies } from '@flowvae/training/plain';
import {
  type LikelihoodTable,
  likelihoodsIn,
  likelihoodTable,
  type NetworkName,
  type NetworkTable,
  networkTable,
  type PriorTable,
  priorsIn,
  priorTable,
} from '@flowvae/vae/plain';
import {
  areWhole,
  type ConfigOf,
  choice,
  count,
  flagNamed,
  fromZero,
  LARGEST,
  MOST_VALUES,
  positive,
  type Setting,
  type SettingTable,
  text,
  wholeNumber,
} from './setting/setting.ts';

const widths: Setting<number[]> = {
  placeholder: '<n,n,…>',
  help: 'widths of the encoder’s hidden layers; the decoder has them in reverse',
  fallback: [400, 400],
  accepts: (value): value is number[] => areWhole(value, 1, 65_536) && value.length > 0,
  expected: `1 to ${MOST_VALUES} whole numbers from 1 to 65536, joined by commas`,
  parse: (value) => value.split(',').map(wholeNumber),
};

const milestones: Setting<number[]> = {
  placeholder: '<n,n,…>',
  help: 'steps at which the learning rate is multiplied by --lr-factor',
  fallback: [],
  accepts: (value) => areWhole(value, 1, LARGEST),
  expected: `at most ${MOST_VALUES} whole numbers above 0, joined by commas`,
  parse: (value) => (value === '' ? [] : value.split(',').map(wholeNumber)),
};

const heads: Setting<HeadScaling> = {
  ...choice(
    'how the flow’s heads take the encoder’s features: divided by the root of their number, or plain (the default beside another --architecture)',
    'scaled',
    ['scaled', 'plain'],
  ),
  before: 'plain',
};

/** The setting `architecture`, among the names of a table. */
const architectureAmong = (names: readonly string[]): Setting<string> => ({
  ...choice(
    'mlp: perceptrons by --hidden and --activation; conv, resnet, gated-conv (van den Berg et al. 2018): for pictures; the others are networks of published experiments',
    'mlp',
    names,
  ),
  placeholder: '<name>', // all names are too wide for it
});

/** The value that is chosen by the data. */
const AUTO = 'auto' as const;

/** More than so many are measured before they are used: see usual-threads.ts. */
export const MOST_DEFAULT_THREADS = 4;

/** The help of `likelihood`, with the names of a table. */
export function likelihoodHelp(table: LikelihoodTable): string {
  return `p(x|z): ${likelihoodsIn(table)}; auto: by the form and range of the data`;
}

/** The help of `prior`, with the names of a table. */
export function priorHelp(table: PriorTable): string {
  return `flow formula of the prior, e.g. realnvp*4; ${priorsIn(table)}; none: the standard normal`;
}

/** All settings, in the order of the help. */
export const settings = {
  flow: text(
    'flow formula of the posterior, e.g. planar*10; none: the diagonal normal alone',
    '<formula>',
    'planar*10',
  ),
  latent: count('width of the latent', 40, 1, 65_536),
  architecture: architectureAmong(Object.keys(networkTable)) as Setting<NetworkName>,
  hidden: widths,
  activation: choice('non-linearity of the hidden layers', 'relu', ['relu', 'tanh', 'maxout']),
  amortize: choice('parameters from the encoder: none, the base normal’s, or also the flow’s', 'flow', [
    'none',
    'base',
    'flow',
  ]),
  heads,
  prior: text(priorHelp(priorTable), '<formula>', 'none'),
  condition: text(
    'covariates that encoder and decoder are given: y, the labels, or other arrays or columns by name',
    '<name,…>',
    'none',
  ),
  conditionalPrior: choice('whether the prior depends on the condition, too: p(z|y)', 'no', ['no', 'yes']),
  likelihood: {
    ...text(likelihoodHelp(likelihoodTable), '<name>', AUTO),
    before: 'bernoulli',
  },
  data: text('mnist, files, folders, or arrays in files; the sources are listed below', '<mnist|source>', 'mnist'),
  splits: text(`how rows are divided: ${splitRuleUsage}`, '<rule>', AUTO),
  splitSeed: count('decides the rows of drawn splits', 0, 0, Number.MAX_SAFE_INTEGER),
  labels: text('the column, or the arrays, with labels', '<name,…>', AUTO),
  mask: text('the arrays that are 1 where a value was observed', '<name,…>', AUTO),
  leaveOut: text('columns of a table that are not data; auto: no column', '<name,…>', AUTO),
  shape: text('the shape of flat rows, such as 28x28 or 32x32x3', '<n[xn[xn]]>', AUTO),
  size: text('height and width to which pictures are resized, such as 64 or 48x64', '<n[xn]>', AUTO),
  colours: choice('colours of pictures: as they are, or grey', AUTO, [AUTO, 'grey']),
  invert: choice('whether values x from 0 to 1 become 1 − x', 'no', ['no', 'yes']),
  binarize: {
    ...choice(
      'how the levels of bytes, or numbers from 0 to 1, become bits; none: not at all; auto: of MNIST alone, dynamic',
      AUTO,
      [AUTO, ...binarisations],
    ),
    before: 'dynamic' as const,
  },
  binarizeSeed: count('decides the bits of --binarize static', staticBinarisationSeed, 0, Number.MAX_SAFE_INTEGER),
  standardize: {
    ...choice(
      'mean 0 and deviation 1 over the training rows, for each column or over all values; densities stay those of the data; auto: of numbers, not of images in 0 to 1',
      AUTO,
      [AUTO, 'no', 'columns', 'all'],
    ),
    before: 'no' as const,
  },
  batch: count('data points in a step', 100, 1, LARGEST),
  steps: count('training steps', 10_000, 1, LARGEST),
  optimizer: choice(
    'adam, adamax, rmsprop (alpha 0.99, momentum 0.9) or sgd (momentum 0.9), as PyTorch defines them',
    'adam',
    ['adam', 'adamax', 'rmsprop', 'sgd'],
  ),
  lr: positive('learning rate', 1e-3),
  epsilon: positive('added to what divides the gradient, by adam, adamax and rmsprop: PyTorch’s eps', 1e-8, {
    placeholder: '<number>',
    to: 1,
  }),
  lrMilestones: milestones,
  lrFactor: positive('factor on the learning rate at each of --lr-milestones', 0.1, { placeholder: '<factor>', to: 1 }),
  lrDecay: choice(
    'the rate after its rise: --lr-factor at each of --lr-milestones, or half a cosine to 0',
    'milestones',
    ['milestones', 'cosine'],
  ),
  lrWarmup: count('steps over which the learning rate rises in a straight line; 0: none', 0, 0, LARGEST),
  clip: fromZero('largest norm of the gradient, to which longer ones are scaled; 0: none is', 0, '<norm>'),
  objective: text('the objective that training maximises; the names are listed below', '<name>', 'elbo'),
  gradient: choice(
    'estimator of its gradient: path; stl (sticking the landing) of elbo and beta; dreg (doubly reparameterised) of iwae',
    'path',
    gradients,
  ),
  samples: count('independent estimates of the objective for each data point, averaged', 1, 1, 10_000),
  anneal: choice(
    'a schedule over any objective; paper: beta on log p(x,z), eq. 20; kl: beta on the KL divergence',
    'none',
    ['paper', 'kl', 'none'],
  ),
  onNonFinite: choice(
    'at a step that is not finite: stop, leave it out, or leave it out and halve the rate',
    'stop',
    nonFinitePolicies,
  ),
  validateEvery: count('steps from one validation bound to the next; 0: none', 0, 0, LARGEST),
  keep: choice('the parameters that are evaluated: the last, or those of the best validation bound', 'last', [
    'last',
    'best',
  ]),
  patience: count('validations without a better bound after which training stops; 0: never', 0, 0, LARGEST),
  seed: count('decides initial weights, batches and noise', 0, 0, Number.MAX_SAFE_INTEGER),
  evalSamples: count('importance samples for each test image', 200, 1, 10_000_000),
  evalImages: count('test images to evaluate, from the first on; 0: no evaluation', 10_000, 0, LARGEST),
  engine: choice(
    'one compiled graph on ONNX Runtime, on processors or on a graphics card (webgpu), or TensorFlow.js kernel by kernel',
    'compiled',
    ['compiled', 'webgpu', 'eager'],
  ),
  threads: count('cores that a step may use', Math.min(availableParallelism(), MOST_DEFAULT_THREADS), 1, 256),
} satisfies Record<string, Setting<unknown>>;

/** The settings, whose values may be names of plug-ins. */
export const settingsAmong = (networks: NetworkTable): SettingTable => ({
  ...settings,
  architecture: architectureAmong(Object.keys(networks)),
});

/** The names of all settings. */
export type SettingName = keyof typeof settings;

/** The settings of the optimiser and its rate. */
export const optimizerSettings = [
  ...(['optimizer', 'lr', 'epsilon', 'lrMilestones', 'lrFactor', 'lrDecay', 'lrWarmup', 'clip'] as const),
] satisfies readonly SettingName[];

/** A value for every setting. */
export type TrainConfig = ConfigOf<typeof settings>;

const all: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);

/** The default of every setting. */
export const fallbacks = Object.fromEntries(all.map(([name, { fallback }]) => [name, fallback])) as TrainConfig;

/** The value of every setting in runs that are older than it. */
export const unrecordedSettings = Object.fromEntries(
  all.map(([name, { fallback, before = fallback }]) => [name, before]),
) as TrainConfig;

/** `evalSamples` is `--eval-samples` on the command line. */
export const flagOf = (name: SettingName): string => flagNamed(name);
