// An experiment as a module: its settings, data, model and objective, each of which replaces the part that the options
// of the command describe.
import type { DataDescription, DataSet } from '@flowvae/datasets';
import type { Objective } from '@flowvae/objectives';
import type { Key } from '@flowvae/random';
import type { RowLayout } from '@flowvae/tensor';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { MlpVae, MlpVaeOptions, Model } from '@flowvae/vae';
import type { z } from 'zod';
import type { SettingName, TrainConfig } from '../config/settings.ts';
import { isMarked, marked } from './marks.ts';
import type { PlannedParts } from './planned-parts.ts';

/** Settings of an experiment's own, by name; their values are plain JSON. */
export type SettingShapes = Readonly<Record<string, z.ZodType>>;

/** The values of settings. */
export type SettingValues<S extends SettingShapes> = { readonly [Name in keyof S]: z.output<S[Name]> };

/** The settings, which every part gets. */
export interface PartContext<S extends SettingShapes = SettingShapes> {
  /** The experiment's own, as `--set` gave them, with their defaults. */
  readonly settings: SettingValues<S>;
  /** The command's options. */
  readonly config: TrainConfig;
}

/** Facts that a model and an objective are made for. */
export interface DescribedContext<S extends SettingShapes = SettingShapes> extends PartContext<S> {
  readonly data: DataDescription;
  /** The command's options as values: flow, prior, likelihood, objective, networks. */
  readonly plan: PlannedParts;
}

/** Facts that a model is made for. */
export interface ModelContext<S extends SettingShapes = SettingShapes> extends DescribedContext<S> {
  /** Number P of observed variables. */
  readonly pixels: number;
  /** Names of the experiment's own settings that the user gave; where weights are read, none. */
  readonly given: readonly string[];
  /** Width W of a row: P, or 2P for [x, mask], and that of the covariates. */
  readonly rowWidth: number;
  /** The arrays of a row by name: `namedInputs(layout, rows)`. */
  readonly layout: RowLayout;
  /** Decides the initial weights. */
  readonly key: Key;
  /** Facts about the training rows for `mlpVae`; zeros where the weights will be read from a file. */
  readonly start: Pick<MlpVaeOptions, 'meanImage' | 'deviation' | 'standardisation' | 'exampleRows'>;
  /**
   * As many rows of data [n, P], in their units, drawn from the training rows without replacement; fewer where there
   * are fewer. Undefined where the weights will be read from a file.
   */
  trainingRows(count: number): Float32Array | undefined;
  /** The model that the command's options describe, with some of `mlpVae`'s options replaced. */
  builtIn(replaced?: Partial<MlpVaeOptions>): MlpVae;
}

/** The parts of an experiment. */
export interface ExperimentParts<S extends SettingShapes, M extends Model> {
  /** Settings that the command takes as `--set name=value`; without them there are none. */
  readonly settings?: S;
  /** Values of the command's options where the user gives none. */
  readonly options?: Partial<TrainConfig>;
  /** A set, or a text for `--data`, by whose rules files are found from the module's folder; else `--data` decides. */
  readonly data?: (context: PartContext<S>) => DataSet | string | Promise<DataSet | string>;
  /** The model at given data, with initial weights by the key alone; else the options decide. */
  readonly model?: (context: ModelContext<S>) => M;
  /** The objective that training maximises, or a text for `--objective`; else `--objective` decides. */
  readonly objective?: (context: DescribedContext<S>) => Objective<ReturnType<M['at']>> | string;
  /** The model in the titles of figures. Default: `model of` the module. */
  readonly title?: (settings: SettingValues<S>, data: DataDescription) => string;
}

/** An experiment whose own settings and model have any types. */
export interface ExperimentDefinition {
  readonly settings?: SettingShapes;
  readonly options?: Partial<TrainConfig>;
  readonly data?: (context: PartContext) => DataSet | string | Promise<DataSet | string>;
  readonly model?: (context: ModelContext) => Model;
  readonly objective?: (context: DescribedContext) => Objective | string;
  readonly title?: (settings: SettingValues<SettingShapes>, data: DataDescription) => string;
}

const PARTS = ['settings', 'options', 'data', 'model', 'objective', 'title'] as const;

/**
 * Defines an experiment, as the default export of a module or in memory. Every part may be left out; the command's
 * options then decide it.
 *
 * @throws ExpectationError for an unknown part, or a part that is no function
 * @example export default defineExperiment({ options: { latent: 2 }, objective: () => 'iwae(5)' });
 */
export function defineExperiment<S extends SettingShapes = Record<never, never>, M extends Model = Model>(
  parts: ExperimentParts<S, M>,
): ExperimentDefinition {
  for (const [name, part] of Object.entries(parts)) refusePart(name, part);
  return marked(parts, 'experiment') as unknown as ExperimentDefinition;
}

function refusePart(name: string, part: unknown): void {
  const where = `defineExperiment: ${name}`;
  if (!PARTS.includes(name as (typeof PARTS)[number])) {
    throw new ExpectationError({ where, expected: `one of ${PARTS.join(', ')}`, received: 'an unknown part' });
  }
  const kind = name === 'settings' || name === 'options' ? 'object' : 'function';
  if (part === undefined || (typeof part === kind && part !== null)) return;
  throw new ExpectationError({
    where,
    expected: `${kind === 'object' ? 'an object' : 'a function'}`,
    received: typeof part,
  });
}

/** Whether a value was made by {@link defineExperiment}, of this or another copy of flowvae. */
export const isExperimentDefinition = (value: unknown): value is ExperimentDefinition => isMarked(value, 'experiment');

/** The options of an objective; where an objective part does not read them, giving them is a mistake. */
export const objectiveOptions = ['gradient', 'samples', 'anneal'] as const satisfies readonly SettingName[];

/** The options that a model part may replace; where it does not read them, giving them is a mistake. */
export const modelOptions = [
  'flow',
  'latent',
  'architecture',
  'hidden',
  'activation',
  'amortize',
  'heads',
  'prior',
  'conditionalPrior',
  'likelihood',
  'standardize',
  'condition',
] as const satisfies readonly SettingName[];
