// The plan of a run: its settings as values, made once. Training, evaluation, drawing and export take flow, prior,
// likelihood and objective from the plan; nothing else parses a formula.

import type { Binarisation, DataDescription } from '@flowvae/datasets';
import { makeFlow } from '@flowvae/flows';
import {
  annealJoint,
  makeObjective,
  type Objective,
  paperSchedule,
  type Tempering,
  warmUpKl,
} from '@flowvae/objectives';
import { type ObjectiveTerms, readObjective } from '@flowvae/objectives/plain';
import { ExpectationError } from '@flowvae/tensor';
import { type Likelihood, makeLikelihood, makePrior, makerOf } from '@flowvae/vae';
import type { OwnExperiment } from '../definition/own-experiment.ts';
import { noting, notingPlan, refuseIgnored } from '../definition/own-model.ts';
import type { Networks, PlannedParts } from '../definition/planned-parts.ts';
import { noteUnused } from '../definition/settings-in-effect.ts';
import { builtIn, type Vocabulary } from '../plugins/vocabulary.ts';
import {
  type CheckedSettings,
  checkedSettings,
  type SettingsContext,
  vocabularyOfSettings,
} from './checked-settings.ts';
import { covariateNames, covariatesOf, digits } from './covariates/condition.ts';
import { isMnist } from './data-check.ts';
import { chosenForData, mnistData } from './data-choice.ts';
import { columnsOf } from './data-columns.ts';
import { flagOf, type SettingName, type TrainConfig } from './settings.ts';

/** Settings as values, and the user's own experiment, whose model part replaces the one that they describe. */
export interface Plan extends PlannedParts, SettingsContext {
  /** Layers of the posterior's flow, 0 without one. */
  readonly flowLayers: number;
}

/** Settings, as text or as values. */
export type Settings = TrainConfig | CheckedSettings | Plan;

/**
 * The plan of settings for data. It parses an unchecked config first; it returns a given plan unchanged.
 *
 * @param data the description of the data; needed unless they are MNIST
 * @throws ExpectationError for a text that is no formula, or a likelihood that does not fit the data
 */
export function planOf(settings: Settings, data?: DataDescription): Plan {
  if ('networks' in settings) return settings;
  const checked = checkedSettings(settings);
  const described = data ?? (isMnist(checked.config.data) ? mnistFor(checked.config) : refuseNoData(checked.config));
  return madeOf(chosenForData(checked, described), described);
}

/** MNIST's labels may be a condition. */
const mnistFor = (config: TrainConfig): DataDescription =>
  covariateNames(config).includes(digits.name) ? { ...mnistData, covariates: [digits] } : mnistData;

/** The config of settings. */
export const configOf = (settings: Settings): TrainConfig => ('config' in settings ? settings.config : settings);

function refuseNoData({ data }: TrainConfig): never {
  throw new ExpectationError({
    where: `planOf: data ${data}`,
    expected: 'a description of the data, which decides likelihood and networks',
    received: 'none',
    remedy: 'pass `(await openData(…)).description`, or let `experiment` read the data',
  });
}

function madeOf({ config, formulas, own, vocabulary }: CheckedSettings, data: DataDescription): Plan {
  const { latent } = config;
  const networks = networksOf(config, vocabulary);
  const prior = formulas.namedPrior
    ? makePrior(formulas.namedPrior)
    : formulas.prior && makeFlow(formulas.prior, latent);
  const plan: Plan = {
    config,
    flow: formulas.flow && makeFlow(formulas.flow, latent, { contextWidth: flowContext(config, networks) }),
    flowLayers: (formulas.flow ?? []).reduce((sum, { count }) => sum + count, 0),
    prior,
    exampleRows: formulas.namedPrior?.usesEncoder ? formulas.namedPrior.count : 0,
    likelihood: likelihoodOf(formulas, data),
    objective: objectiveOf(config, formulas.objective),
    networks,
    binarisation: config.binarize as Binarisation, // `chosenForData` has replaced `auto`
    covariates: covariatesOf(config, data),
    data,
    ...(own ? { own } : {}),
    ...(vocabulary ? { vocabulary } : {}),
  };
  return own?.definition.objective ? { ...plan, objective: ownObjective(plan, own) } : plan;
}

function objectiveOf({ gradient, samples, anneal }: TrainConfig, terms: ObjectiveTerms): Objective {
  const tempering = temperings[anneal];
  return makeObjective(terms, { gradient, samples, ...(tempering ? { tempering } : {}) });
}

/** The objective of a user's module: a value, or a text for the option. */
function ownObjective(plan: Plan, own: OwnExperiment): Objective {
  const { config, data } = plan;
  const read = new Set<SettingName>();
  const context = { settings: own.values, config: noting(config, read), data, plan: notingPlan(plan, read) };
  const made = own.definition.objective!(context);
  noteUnused(own, ['objective']);
  if (typeof made !== 'string') {
    refuseIgnored(own, config, { part: 'objective', read });
    return made;
  }
  const terms = readObjective(made, vocabularyOfSettings(plan).objectives);
  refuseSchedule(terms, config);
  return objectiveOf(config, terms);
}

/** @throws ExpectationError for a schedule beside an objective that takes none */
function refuseSchedule({ isTempered, formula }: ObjectiveTerms, { anneal }: TrainConfig): void {
  if (isTempered || !temperings[anneal]) return;
  const expected = `none beside the module's objective ${formula}`;
  throw new ExpectationError({ where: flagOf('anneal'), expected, received: anneal });
}

/** A likelihood of columns needs to know them. */
function likelihoodOf({ likelihood }: CheckedSettings['formulas'], data: DataDescription): Likelihood {
  const terms = likelihood!; // `chosenForData` has chosen one
  return makeLikelihood(terms, terms.data === 'columns' ? { columns: columnsOf(data) } : {});
}

/** Encoder and decoder: as the settings say, or as the architecture fixes them. */
export function networksOf(
  { architecture, hidden, activation }: TrainConfig,
  { networks }: Vocabulary = builtIn,
): Networks {
  const row = networks[architecture]!;
  const { fixed, isPublished = false } = row;
  return { ...(fixed ?? { hidden, activation }), networks: makerOf(architecture, row), isBlind: isPublished };
}

/** Width of the features that networks inside the flow take: the width of the encoder's last hidden layer, or none. */
const flowContext = ({ amortize }: TrainConfig, { hidden }: Networks): number =>
  amortize === 'flow' ? hidden.at(-1)! : 0;

const temperings: Readonly<Record<TrainConfig['anneal'], Tempering | undefined>> = {
  none: undefined,
  paper: annealJoint(paperSchedule),
  kl: warmUpKl(paperSchedule),
};
