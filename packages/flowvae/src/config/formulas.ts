// The formulas of a config, each parsed once and here, for the checks and the plan. Loads no tensor library.
import {
  type FlowTerm,
  type InvertibleTerm,
  NarrowLatentError,
  readFlowOrNone,
  readPriorOrNone,
} from '@flowvae/flows/plain';
import { type ObjectiveTerms, readObjective } from '@flowvae/objectives/plain';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { type LikelihoodTerms, type PriorTerm, readLikelihood, readPrior } from '@flowvae/vae/plain';
import { builtIn, type Vocabulary } from '../plugins/vocabulary.ts';
import { flagOf, type SettingName, type TrainConfig } from './settings.ts';

/** The parsed formulas of a config. */
export interface Formulas {
  /** Layers of the posterior's flow; undefined: the diagonal normal alone. */
  readonly flow: readonly FlowTerm[] | undefined;
  /** Layers of the prior's flow; undefined: the standard normal. */
  readonly prior: readonly InvertibleTerm[] | undefined;
  /** A prior that is no flow; undefined: a flow or the standard normal. */
  readonly namedPrior: PriorTerm | undefined;
  /** Undefined: the data decide. */
  readonly likelihood: LikelihoodTerms | undefined;
  readonly objective: ObjectiveTerms;
}

/** The settings that hold or affect formulas. */
export const formulaSettings: readonly SettingName[] = ['flow', 'prior', 'latent', 'likelihood', 'objective'];

/** Options of {@link readFormulas}. */
export interface ReadFormulasOptions {
  /** Names a setting in errors. Default: its flag. */
  readonly placeOf?: (name: SettingName) => string;
  /** The names that formulas can use. Default: the built-in ones. */
  readonly vocabulary?: Vocabulary | undefined;
}

/**
 * Reads the formulas of a config.
 *
 * @throws ExpectationError for a text that is no formula, a prior's flow without inverse, or a too narrow latent
 */
export function readFormulas(config: TrainConfig, options: ReadFormulasOptions = {}): Formulas {
  const { placeOf = flagOf, vocabulary = builtIn } = options;
  const { flows, priors, likelihoods, objectives } = vocabulary;
  const { flow, prior, latent, likelihood, objective } = config;
  const wide = <T>(name: 'flow' | 'prior', read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof NarrowLatentError)) throw error;
      throw new ExpectationError({
        where: placeOf('latent'),
        expected: `${error.fewest} or more beside ${flagOf(name)} ${config[name]}`,
        received: String(latent),
      });
    }
  };
  const namedPrior = readPrior(prior, priors);
  return {
    flow: wide('flow', () => readFlowOrNone(flow, latent, flows)),
    prior: namedPrior ? undefined : wide('prior', () => flowOfPrior(prior, latent, vocabulary)),
    namedPrior,
    likelihood: likelihood === 'auto' ? undefined : readLikelihood(likelihood, likelihoods),
    objective: readObjective(objective, objectives),
  };
}

/** A flow; a word that is nearest to the name of a prior is one mistyped. */
function flowOfPrior(prior: string, latent: number, { flows, priors }: Vocabulary): InvertibleTerm[] | undefined {
  try {
    return readPriorOrNone(prior, latent, flows);
  } catch (error) {
    const remedy = didYouMean(prior.replace(/\(.*$/s, ''), Object.keys(priors));
    if (!(error instanceof ExpectationError) || error.remedy || remedy === '') throw error;
    throw new ExpectationError({ ...error, remedy });
  }
}
