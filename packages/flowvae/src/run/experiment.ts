// Builds the parts of a run from a plan: data, model, optimiser. Pure construction; equal plans give equal parts.
import { batches, type DataDescription, type DataSet, widthOfDatum } from '@flowvae/datasets';
import { type BoundOnData, boundOn } from '@flowvae/evaluation';
import { elbo } from '@flowvae/objectives';
import { fold, type Key, key } from '@flowvae/random';
import { type DataPoints, ExpectationError, widthOfRow } from '@flowvae/tensor';
import { type Optimizer, type TrainingProblem, variational } from '@flowvae/training';
import { type MlpVae, type MlpVaeOptions, type Model, mlpVae } from '@flowvae/vae';
import { type CheckedSettings, checkedSettings, vocabularyOfSettings } from '../config/checked-settings.ts';
import { toldAs } from '../config/data-check.ts';
import { configOf, type Plan, planOf, type Settings } from '../config/plan.ts';
import { fallbacks, flagOf, type SettingName, type TrainConfig } from '../config/settings.ts';
import { nameOf, type OwnExperiment } from '../definition/own-experiment.ts';
import {
  checkedModel,
  noting,
  notingPlan,
  optionsBeside,
  refuseIgnored,
  refuseOtherWidth,
} from '../definition/own-model.ts';
import { conditionalOptions, rowsOfPlan } from './covariates/conditioning.ts';
import { learningRateOf, optimizerOf } from './optimizers.ts';
import { exampleRows } from './priors/example-rows.ts';
import { readData } from './reading/read-data.ts';
import {
  type DataStart,
  fixedRows,
  refuseOtherValues,
  startOn,
  trainingRows,
  unreadStandardisation,
} from './run-data.ts';

/** The parts of a config without data: enough to draw from the model and to export it. */
export interface ModelParts {
  readonly plan: Plan;
  /** The plan's config. */
  readonly config: TrainConfig;
  readonly model: Model;
  readonly data: DataDescription;
  /** All keys of a run are folded from this one. */
  readonly key: Key;
}

/** With test rows, binarised once: enough to evaluate the model. */
export interface TestParts extends ModelParts {
  readonly test: DataPoints;
}

/** The parts of a config, trained or not. */
export interface Experiment extends TestParts {
  readonly set: DataSet;
}

/** The parts that training adds. */
export interface Training {
  readonly problem: TrainingProblem;
  readonly optimizer: Optimizer;
  /** State of the schedules, the data and the random keys at a step, for checkpoints. */
  readonly position: (step: number) => object;
}

/** Options of {@link experiment}. */
export interface ExperimentOptions {
  /** The remedy in errors about unreadable data. */
  readonly remedy?: string;
  /** Whether weights will be read from a file, so that none are drawn. */
  readonly isRead?: boolean;
  /** The data that the model was trained on; those of the config must fit it. */
  readonly like?: DataDescription | undefined;
}

/**
 * Builds the parts of a run: data, a model with its initial weights, test rows.
 *
 * @throws ExpectationError if the data cannot be read or do not fit the config
 */
export async function experiment(settings: Settings, options: ExperimentOptions = {}): Promise<Experiment> {
  const { isRead = false } = options;
  const checked = 'networks' in settings ? settings : checkedSettings(settings);
  const set = await openExperimentData(checked, options);
  try {
    const plan = planOn(set, checked);
    const { config, data } = plan;
    const model = modelOf(plan, isRead ? 'read' : withExamples(startOn(set, plan), { set, plan }));
    const test = fixedRows(set, 'test', plan, config.evalImages);
    return { plan, config, set, model, data, test, key: key(config.seed) };
  } catch (error) {
    set.close();
    throw error;
  }
}

/** The data of settings. @throws ExpectationError if they cannot be read, or do not fit a trained model */
export function openExperimentData(
  settings: CheckedSettings | Plan,
  { remedy, like }: ExperimentOptions = {},
): Promise<DataSet> {
  const { readers } = vocabularyOfSettings(settings);
  const counts = isOfCounts(settings);
  return readData(configOf(settings), { remedy, like, own: settings.own, readers, counts });
}

/** The plan of settings for data. @throws ExpectationError if they do not fit the data */
function planOn(set: DataSet, settings: CheckedSettings | Plan): Plan {
  const plan = withinRows(planOf(settings, set.description), set);
  refuseOtherValues(set, plan);
  return plan;
}

/**
 * Makes plan, model and batches of settings on their data, and nothing of it stays.
 *
 * @throws ExpectationError as {@link experiment} and {@link training}
 */
export function tryOn(set: DataSet, settings: CheckedSettings): void {
  const plan = planOn(set, settings);
  const model = modelOf(plan, 'read');
  try {
    training({ plan, config: plan.config, set, model, key: key(plan.config.seed) });
  } finally {
    for (const variable of Object.values(model.variables)) variable.dispose();
  }
}

/** The start with the rows that the prior needs, and those that a user's model asks for. */
function withExamples(start: DataStart, { set, plan }: Pick<Experiment, 'set' | 'plan'>): DataStart {
  const rows = (purpose: string, count: number) => exampleRows(set, plan, { count, purpose, mean: start.meanImage! });
  const examples = plan.exampleRows === 0 ? {} : { exampleRows: rows('pseudo-inputs', plan.exampleRows) };
  return { ...start, ...examples, drawRows: (count) => rows('start', count) };
}

/** Whether the likelihood describes counts. */
const isOfCounts = (settings: CheckedSettings | Plan): boolean =>
  ('networks' in settings ? settings.likelihood : settings.formulas.likelihood)?.data === 'counts';

/** A batch of the default size holds no more than all training rows. */
function withinRows(plan: Plan, { splits: { train } }: DataSet): Plan {
  const { batch } = plan.config;
  if (batch !== fallbacks.batch || train.length === 0 || train.length >= batch) return plan;
  return { ...plan, config: { ...plan.config, batch: train.length } };
}

/** The start of a model: `'read'` if its weights come from a file; else the moments of the training rows. */
export type ModelStart = 'read' | DataStart;

/** The model of a plan, with initial weights; needs no data. @throws ExpectationError from the user's model part */
export function modelOf(plan: Plan, start: ModelStart = {}): Model {
  const { own } = plan;
  return own?.definition.model ? ownModel(own, plan, start) : builtIn(plan, start);
}

/** The model of a user's module. */
function ownModel(own: OwnExperiment, plan: Plan, start: ModelStart): Model {
  const { config, data } = plan;
  const pixels = widthOfDatum(data);
  const read = new Set<SettingName>();
  const context = {
    settings: own.values,
    given: own.set ?? [],
    config: noting(config, read),
    data,
    plan: notingPlan(plan, read),
    pixels,
    rowWidth: widthOfRow(rowsOfPlan(plan)),
    get layout() {
      read.add('condition');
      return rowsOfPlan(plan);
    },
    key: modelKey(config),
    get start() {
      read.add('standardize');
      return start === 'read' ? { meanImage: new Float32Array(pixels), ...unreadStandardisation(plan) } : start;
    },
    trainingRows: (count: number) => (start === 'read' ? undefined : start.drawRows?.(count)),
    builtIn: (replaced: Partial<MlpVaeOptions> = {}) => {
      for (const name of optionsBeside(replaced)) read.add(name);
      return builtIn(plan, start, replaced);
    },
  };
  const model = checkedModel(own.definition.model!(context), nameOf(own));
  refuseOtherWidth(model, nameOf(own), pixels);
  refuseIgnored(own, config, { part: 'model', read });
  return model;
}

/** The model that the options describe, with some options of `mlpVae` replaced. */
function builtIn(plan: Plan, start: ModelStart, replaced: Partial<MlpVaeOptions> = {}): MlpVae {
  const { config, networks, flow, prior, likelihood, data } = plan;
  const isRead = start === 'read';
  const known: DataStart = isRead ? unreadStandardisation(plan) : start;
  const { meanImage, deviation, standardisation, conditionUnits, exampleRows: examples } = known;
  const { isBlind, ...ofNetworks } = networks;
  return mlpVae({
    pixels: widthOfDatum(data),
    shape: data.shape,
    latent: config.latent,
    ...ofNetworks,
    ...(meanImage && !isBlind ? { meanImage } : {}),
    ...(deviation && !isBlind ? { deviation } : {}),
    ...(standardisation ? { standardisation } : {}),
    ...(data.hasMissing ? { masked: true } : {}),
    ...(isRead ? { initialisation: 'zeros' } : {}),
    ...conditionalOptions(plan, conditionUnits),
    ...(examples ? { exampleRows: examples } : {}),
    flow,
    amortize: config.amortize,
    heads: config.heads,
    prior,
    likelihood,
    key: modelKey(config),
    ...replaced,
  });
}

const modelKey = ({ seed }: TrainConfig): Key => fold(key(seed), 'model');

/**
 * The training problem and the optimiser of an experiment.
 *
 * @throws ExpectationError if the training set is smaller than a batch, or the wanted validation has no images
 */
export function training({ plan, config, set, model, key: root }: Omit<Experiment, 'data' | 'test'>): Training {
  if (config.validateEvery > 0 && set.splits.validation.length === 0) {
    throw new ExpectationError({
      where: flagOf('validateEvery'),
      expected: 'data with validation rows',
      received: 'none',
      remedy: `pass ${flagOf('splits')} with a share for validation, or more data`,
    });
  }
  const keys = { data: fold(root, 'data'), noise: fold(root, 'noise') };
  const rows = trainingRows(set, plan, keys.data);
  const data = toldAs('batches: batchSize', flagOf('batch'), () =>
    batches(rows, { batchSize: config.batch, key: keys.data }),
  );
  const { objective } = plan;
  const problem = variational({
    modelAt: model.at,
    objective,
    noise: model.noise,
    dropout: model.dropout,
    batchSize: config.batch,
    width: rows.width,
    data: (step) => data.at(step).x,
    key: keys.noise,
  });
  const schedules = Object.entries(objective.schedules);
  const rate = learningRateOf(config);
  const position = (step: number) => ({
    schedules: { learningRate: rate(step), ...Object.fromEntries(schedules.map(([name, at]) => [name, at(step)])) },
    data: { epoch: Math.floor(step / data.stepsPerEpoch), batch: step % data.stepsPerEpoch },
    keys: { seed: config.seed, data: keys.data, noise: fold(keys.noise, step) },
  });
  return { problem, optimizer: optimizerOf(config), position };
}

/**
 * The bound on the validation rows: untempered, one noise draw for each row, the same rows and draws at every call.
 */
export function validationBound({ plan, config, set, model, key: root }: Experiment): Promise<BoundOnData> {
  return boundOn({
    variables: model.variables,
    modelAt: model.at,
    bound: elbo().bound,
    noise: model.noise,
    data: fixedRows(set, 'validation', plan),
    batchSize: config.batch,
    key: fold(root, 'validation'),
    engine: config.engine,
    threads: config.threads,
  });
}
