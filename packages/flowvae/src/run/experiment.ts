// Builds the parts of a run from a plan: data, model, optimiser. Pure construction; equal plans give equal parts.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { batches, binarised, type ImageSet, type ImageSplits, idxFolder, meanImage, mnist } from '@flowvae/datasets';
import { type BoundOnData, boundOn } from '@flowvae/evaluation';
import { elbo } from '@flowvae/objectives';
import { fold, type Key, key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import {
  adam,
  type DataPoints,
  type LearningRate,
  type Optimizer,
  rmsprop,
  sgd,
  stepDecay,
  type TrainingProblem,
  variational,
} from '@flowvae/training';
import { type MlpVae, mlpVae } from '@flowvae/vae';
import { isMnist, toldAs, toldAsData } from '../config/data-check.ts';
import { type Plan, planOf } from '../config/plan.ts';
import { flagOf, type TrainConfig } from '../config/settings.ts';

/** Rows and columns of an image. */
export type ImageSize = Pick<ImageSet, 'height' | 'width'>;

/** The parts of a config without data: enough to draw from the model and to export it. */
export interface ModelParts {
  readonly plan: Plan;
  /** The plan's config. */
  readonly config: TrainConfig;
  readonly model: MlpVae;
  readonly image: ImageSize;
  /** All keys of a run are folded from this one. */
  readonly key: Key;
}

/** With test images, binarised once: enough to evaluate the model. */
export interface TestParts extends ModelParts {
  readonly test: DataPoints;
}

/** The parts of a config, trained or not. */
export interface Experiment extends TestParts {
  readonly splits: ImageSplits;
}

/** The parts that training adds. */
export interface Training {
  readonly problem: TrainingProblem;
  readonly optimizer: Optimizer;
  /** State of the schedules, the data and the random keys at a step, for checkpoints. */
  readonly position: (step: number) => object;
}

/** The paper's momentum (section 6); PyTorch's definitions otherwise. */
const MOMENTUM = 0.9;

const optimizers: Readonly<Record<TrainConfig['optimizer'], (rate: LearningRate) => Optimizer>> = {
  adam: (rate) => adam(rate),
  rmsprop: (rate) => rmsprop(rate, { momentum: MOMENTUM }),
  sgd: (rate) => sgd(rate, { momentum: MOMENTUM }),
};

/** Options of {@link experiment}. */
export interface ExperimentOptions {
  /** The remedy in errors about unreadable data. */
  readonly remedy?: string;
  /** Whether weights will be read from a file, so that none are drawn. */
  readonly isRead?: boolean;
}

/**
 * Builds the parts of a run: data, a model with its initial weights, test images.
 *
 * @throws ExpectationError if the data cannot be read or do not fit the config
 */
export function experiment(
  settings: TrainConfig | Plan,
  { remedy, isRead = false }: ExperimentOptions = {},
): Experiment {
  const plan = planOf(settings);
  const { config } = plan;
  const splits = readData(config, remedy);
  const { height, width } = splits.test; // all sets have them; unneeded ones may stay unread
  const start = isRead ? 'read' : { meanImage: meanImage(splits.train, config.binarize) };
  const model = modelOf(plan, { height, width }, start);
  const test = fixedPoints(splits.test, config.binarize, config.evalImages);
  return { plan, config, splits, model, image: { height, width }, test, key: key(config.seed) };
}

/** The images that a config names. @throws ExpectationError if they cannot be read */
export function readData({ data }: Pick<TrainConfig, 'data'>, remedy?: string): ImageSplits {
  return isMnist(data) ? mnist() : toldAsData(() => idxFolder(data), remedy);
}

/** The absolute path of the data, which holds for commands started in any folder. */
export const absoluteData = (data: string): string => (isMnist(data) ? data : resolve(data));

/** The size of MNIST's images; undefined for a folder, whose images tell it. */
export const knownSize = ({ data }: Pick<TrainConfig, 'data'>): ImageSize | undefined =>
  isMnist(data) ? { height: 28, width: 28 } : undefined;

/**
 * The start of a model: `'read'` if its weights come from a file; else the mean image, if given, sets the decoder's
 * bias.
 */
export type ModelStart = 'read' | { readonly meanImage?: Float32Array };

/** The model of some settings for images of a size, with initial weights; needs no data. */
export function modelOf(settings: TrainConfig | Plan, size: ImageSize, start: ModelStart = {}): MlpVae {
  const { config, networks, flow, prior, likelihood } = planOf(settings);
  const meanImage = start === 'read' || isBlind(config) ? undefined : start.meanImage;
  return mlpVae({
    pixels: size.height * size.width,
    latent: config.latent,
    ...networks,
    ...(meanImage ? { meanImage } : {}),
    ...(start === 'read' ? { initialisation: 'zeros' } : {}),
    flow,
    amortize: config.amortize,
    heads: config.heads,
    prior,
    likelihood,
    key: fold(key(config.seed), 'model'),
  });
}

/** Networks of published experiments do not use the mean image. */
const isBlind = ({ architecture }: TrainConfig) => architecture !== 'mlp';

/**
 * The training problem and the optimiser of an experiment.
 *
 * @throws ExpectationError if the training set is smaller than a batch, or the wanted validation has no images
 */
export function training({ plan, config, splits, model, key: root }: Experiment): Training {
  const { train, validation } = splits;
  if (config.validateEvery > 0 && validation.count === 0) {
    throw new ExpectationError({
      where: flagOf('validateEvery'),
      expected: 'a data set with validation images (the last sixth of the training file)',
      received: 'a training file of fewer than six images',
    });
  }
  const keys = { data: fold(root, 'data'), noise: fold(root, 'noise') };
  const data = toldAs('batches: batchSize', flagOf('batch'), () =>
    batches(train, { batchSize: config.batch, binarisation: config.binarize, key: keys.data }),
  );
  const { objective } = plan;
  const problem = variational({
    modelAt: model.at,
    objective,
    noise: model.noise,
    batchSize: config.batch,
    width: train.height * train.width,
    data: (step) => data.at(step).x,
    key: keys.noise,
  });
  const schedules = Object.entries(objective.schedules);
  const rate = stepDecay(config.lr, { factor: config.lrFactor, milestones: config.lrMilestones });
  const position = (step: number) => ({
    schedules: { learningRate: rate(step), ...Object.fromEntries(schedules.map(([name, at]) => [name, at(step)])) },
    data: { epoch: Math.floor(step / data.stepsPerEpoch), batch: step % data.stepsPerEpoch },
    keys: { seed: config.seed, data: keys.data, noise: fold(keys.noise, step) },
  });
  return {
    problem,
    optimizer: optimizers[config.optimizer](config.lrMilestones.length > 0 ? rate : config.lr),
    position,
  };
}

/**
 * The bound on the validation images: untempered, one noise draw for each image, the same images and draws at every
 * call.
 */
export function validationBound({ config, splits, model, key: root }: Experiment): Promise<BoundOnData> {
  return boundOn({
    variables: model.variables,
    modelAt: model.at,
    bound: elbo().bound,
    noise: model.noise,
    data: fixedPoints(splits.validation, config.binarize, splits.validation.count),
    batchSize: config.batch,
    key: fold(root, 'validation'),
    engine: config.engine,
    threads: config.threads,
  });
}

/**
 * The SHA-256 of a folder's images and labels, so that a run cannot resume with other images. Undefined for MNIST,
 * whose files are verified when read.
 */
export function dataChecksum({ config, splits }: Pick<Experiment, 'config' | 'splits'>): string | undefined {
  if (isMnist(config.data)) return undefined;
  const hash = createHash('sha256');
  for (const { images, labels } of [splits.train, splits.validation, splits.test]) {
    hash.update(images);
    if (labels) hash.update(labels);
  }
  return hash.digest('hex');
}

/**
 * Draws dynamic binarisation once for evaluation, from its own key, so that runs with different seeds use the same test
 * set.
 */
function fixedPoints(set: ImageSet, binarisation: TrainConfig['binarize'], most: number): DataPoints {
  const fixed = binarised(set, { binarisation, key: key(0) });
  const row = new Float32Array(fixed.width);
  return { count: Math.min(most, fixed.count), width: fixed.width, row: (index) => fixed.row(index, row) };
}
