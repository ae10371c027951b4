// From a config to the parts of a run: data, model, objective, optimiser. Pure construction; equal configs give equal parts.
import { batches, binarised, type ImageSet, type ImageSplits, idxFolder, meanImage, mnist } from '@flowvae/datasets';
import { parseFlow, parseInvertibleFlow } from '@flowvae/flows';
import { annealJoint, elbo, type Objective, paperSchedule, warmUpKl } from '@flowvae/objectives';
import { fold, type Key, key } from '@flowvae/random';
import {
  adam,
  type DataPoints,
  type Optimizer,
  rmsprop,
  sgd,
  type TrainingProblem,
  variational,
} from '@flowvae/training';
import { mlpVae, type Vae } from '@flowvae/vae';
import type { TrainConfig } from './settings.ts';

/** What a config describes, trained or not. */
export interface Experiment {
  readonly config: TrainConfig;
  readonly splits: ImageSplits;
  readonly model: Vae;
  /** Test images, binarised once. */
  readonly test: DataPoints;
  /** Every key of a run is folded from this one. */
  readonly key: Key;
}

/** What it takes to train one. */
export interface Training {
  readonly problem: TrainingProblem;
  readonly optimizer: Optimizer;
}

const objectives: Readonly<Record<TrainConfig['anneal'], () => Objective>> = {
  none: () => elbo(),
  paper: () => elbo(annealJoint(paperSchedule)),
  kl: () => elbo(warmUpKl(paperSchedule)),
};

/** The paper's momentum (section 6); PyTorch's definitions otherwise. */
const MOMENTUM = 0.9;

const optimizers: Readonly<Record<TrainConfig['optimizer'], (rate: number) => Optimizer>> = {
  adam: (rate) => adam(rate),
  rmsprop: (rate) => rmsprop(rate, { momentum: MOMENTUM }),
  sgd: (rate) => sgd(rate, { momentum: MOMENTUM }),
};

/**
 * Builds the parts of a run: data, a model with its initial weights, test images.
 *
 * @throws ExpectationError where the data cannot be read or do not fit the config
 */
export function experiment(config: TrainConfig): Experiment {
  const splits = config.data === 'mnist' ? mnist() : idxFolder(config.data);
  const { train } = splits;
  const root = key(config.seed);
  const model = mlpVae({
    pixels: train.height * train.width,
    latent: config.latent,
    hidden: config.hidden,
    activation: config.activation,
    flow:
      config.flow === 'none' ? undefined : (contextWidth) => parseFlow(config.flow, config.latent, { contextWidth }),
    amortize: config.amortize,
    prior: config.prior === 'none' ? undefined : parseInvertibleFlow(config.prior, config.latent),
    meanImage: meanImage(train, config.binarize),
    key: fold(root, 'model'),
  });
  return { config, splits, model, test: evaluationPoints(splits.test, config), key: root };
}

/**
 * The training problem and the optimiser of an experiment.
 *
 * @throws ExpectationError where the training set is smaller than a batch
 */
export function training({ config, splits, model, key: root }: Experiment): Training {
  const { train } = splits;
  const data = batches(train, { batchSize: config.batch, binarisation: config.binarize, key: fold(root, 'data') });
  const problem = variational({
    modelAt: model.at,
    objective: objectives[config.anneal](),
    noise: model.noise,
    batchSize: config.batch,
    width: train.height * train.width,
    data: (step) => data.at(step).x,
    key: fold(root, 'noise'),
  });
  return { problem, optimizer: optimizers[config.optimizer](config.lr) };
}

/** Dynamic binarisation is drawn once for evaluation, from a key of its own, so that runs with different seeds see the same test set. */
function evaluationPoints(set: ImageSet, { binarize, evalImages }: TrainConfig): DataPoints {
  const fixed = binarised(set, { binarisation: binarize, key: key(0) });
  const row = new Float32Array(fixed.pixels);
  return { count: Math.min(evalImages, fixed.count), width: fixed.pixels, row: (index) => fixed.row(index, row) };
}
