// The plan of a run: its settings as values, made once. Training, evaluation, drawing and export take flow, prior,
// likelihood and objective from the plan; nothing else parses a formula.
import { type Flow, type InvertibleFlow, makeFlow } from '@flowvae/flows';
import {
  annealJoint,
  makeObjective,
  type Objective,
  paperSchedule,
  type Tempering,
  warmUpKl,
} from '@flowvae/objectives';
import { architectures, type Likelihood, type MlpVaeOptions, makeLikelihood } from '@flowvae/vae';
import { readFormulas } from './formulas.ts';
import { refuseOtherForm } from './likelihood-data.ts';
import type { TrainConfig } from './settings.ts';
import type { CheckedSettings } from './train-config.ts';

/** Encoder and decoder. */
export type Networks = Pick<MlpVaeOptions, 'hidden' | 'activation' | 'initialisation' | 'scale'>;

/** Settings as values. */
export interface Plan {
  /** The settings as text and numbers, as config.json holds them. */
  readonly config: TrainConfig;
  /** Refines the posterior; undefined: a diagonal normal. */
  readonly flow: Flow | undefined;
  /** Turns N(0, I) into the prior; undefined: N(0, I) itself. */
  readonly prior: InvertibleFlow | undefined;
  readonly likelihood: Likelihood;
  /** With gradient estimator, samples and schedule. */
  readonly objective: Objective;
  readonly networks: Networks;
}

/**
 * The plan of settings. It parses an unchecked config first; it returns a given plan unchanged.
 *
 * @throws ExpectationError for a text that is no formula, or a likelihood that does not fit the binarisation's data
 */
export function planOf(settings: TrainConfig | CheckedSettings | Plan): Plan {
  if ('networks' in settings) return settings;
  return madeOf('formulas' in settings ? settings : read(settings));
}

function read(config: TrainConfig): CheckedSettings {
  const formulas = readFormulas(config);
  refuseOtherForm(formulas.likelihood, config);
  return { config, formulas };
}

function madeOf({ config, formulas }: CheckedSettings): Plan {
  const { latent, gradient, samples, anneal } = config;
  const networks = networksOf(config);
  const tempering = temperings[anneal];
  return {
    config,
    flow: formulas.flow && makeFlow(formulas.flow, latent, { contextWidth: flowContext(config, networks) }),
    prior: formulas.prior && makeFlow(formulas.prior, latent),
    likelihood: makeLikelihood(formulas.likelihood),
    objective: makeObjective(formulas.objective, { gradient, samples, ...(tempering ? { tempering } : {}) }),
    networks,
  };
}

/** Encoder and decoder: as the settings say, or those of a published experiment. */
export const networksOf = ({ architecture, hidden, activation }: TrainConfig): Networks =>
  architecture === 'mlp' ? { hidden, activation } : architectures[architecture];

/** Width of the features that networks inside the flow take: the width of the encoder's last hidden layer, or none. */
const flowContext = ({ amortize }: TrainConfig, { hidden }: Networks): number =>
  amortize === 'flow' ? hidden.at(-1)! : 0;

const temperings: Readonly<Record<TrainConfig['anneal'], Tempering | undefined>> = {
  none: undefined,
  paper: annealJoint(paperSchedule),
  kl: warmUpKl(paperSchedule),
};
