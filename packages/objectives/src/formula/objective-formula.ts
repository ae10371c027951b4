// Makes an objective from its name, such as `elbo` or `iwae(50)`.
import type { Samplable } from '@flowvae/distributions';
import { ExpectationError } from '@flowvae/tensor';
import { inclusiveKl } from '../covering/inclusive-kl.ts';
import { betaVae, elbo } from '../elbo.ts';
import { freeBits, freeBitsInTotal } from '../free-bits.ts';
import { iwae, renyi } from '../importance-weighted.ts';
import type { LatentModel } from '../latent-model.ts';
import type { BoundOptions, Objective } from '../objective.ts';
import {
  type Gradient,
  type ModelNeed,
  type ObjectiveName,
  type ObjectiveTable,
  type ObjectiveTerms,
  readObjective,
} from './objective-table.ts';

/** Options of {@link makeObjective}. */
export interface ObjectiveOptions extends BoundOptions {
  /** Default `'path'`. */
  readonly gradient?: Gradient;
}

interface MakeOptions extends BoundOptions {
  readonly gradient: Gradient;
}

type Make = (args: Readonly<Record<string, number>>, options: MakeOptions) => Objective<never>;

const makers: Readonly<Record<ObjectiveName, Make>> = {
  elbo: (_, options) => elbo(options as BoundOptions),
  'elbo-analytic': (_, { samples, tempering }) => elbo({ ...given({ samples, tempering }), kl: 'analytic' }),
  beta: ({ beta }, options) => betaVae(beta!, options as BoundOptions),
  'beta-analytic': ({ beta }, { samples, tempering }) =>
    betaVae(beta!, { ...given({ samples, tempering }), kl: 'analytic' }),
  'free-bits': ({ nats }, options) => freeBits(nats!, options),
  'free-bits-total': ({ nats }, options) => freeBitsInTotal(nats!, options),
  iwae: ({ k }, options) => iwae(k!, options as BoundOptions),
  renyi: ({ alpha, k }, options) => renyi(alpha!, k!, options),
  'inclusive-kl': ({ k }, options) => inclusiveKl(k!, options),
};

/** Options without the undefined ones. */
const given = (options: { samples: number | undefined; tempering: BoundOptions['tempering'] }): BoundOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** A parsed formula: the options that it allows, and the objective itself. */
export interface ObjectiveFormula extends ObjectiveTerms {
  /** Errors as for {@link makeObjective}. */
  objective(options?: ObjectiveOptions): Objective;
}

/**
 * The objective of a formula that was parsed before.
 *
 * @throws ExpectationError for a gradient that the objective does not have; from the bound, for a model without a
 * needed ability
 */
export function makeObjective(terms: ObjectiveTerms, options: ObjectiveOptions = {}): Objective {
  const { formula, name, args, gradients, needs, row } = terms;
  const { gradient = 'path', ...others } = options;
  if (!gradients.includes(gradient)) {
    const where = `objective '${formula}': gradient`;
    throw new ExpectationError({ where, expected: gradients.join(' or '), received: gradient });
  }
  const made = row
    ? checkedObjective(row.make(args, { gradient, ...others }), `objective ${name}: make`)
    : makers[name as ObjectiveName](args, { gradient, ...others }); // without a row the built-in table named it
  const need = needs(gradient);
  return need ? checking(made, { formula, need, gradient, isOfGradient: needs('path') !== need }) : (made as Objective);
}

/** @throws ExpectationError for a value that is no objective */
function checkedObjective(made: unknown, where: string): Objective<never> {
  const { bound, draws, schedules } = (typeof made === 'object' && made !== null ? made : {}) as Partial<Objective>;
  const isOne = typeof bound === 'function' && Number.isInteger(draws) && Number(draws) > 0;
  if (isOne && typeof schedules === 'object') return made as Objective<never>;
  const expected = 'an objective, with schedules (object), draws (a whole number from 1) and bound (function)';
  const received = `schedules ${typeof schedules}, draws ${draws}, bound ${typeof bound}`;
  throw new ExpectationError({ where, expected, received });
}

/** Makes the objective of a formula for {@link readObjective}; errors as there. */
export function parseObjective(formula: string, table?: ObjectiveTable): ObjectiveFormula {
  const terms = readObjective(formula, table);
  return { ...terms, objective: (options) => makeObjective(terms, options) };
}

/** An ability that an objective asks of models. */
interface Demand {
  readonly formula: string;
  readonly need: ModelNeed;
  readonly gradient: Gradient;
  /** Whether it is the gradient that asks for it: the path gradient does not. */
  readonly isOfGradient: boolean;
}

/** An objective for any model, which checks each model for the needed ability. */
function checking(objective: Objective<never>, demand: Demand): Objective {
  const bound: Objective['bound'] = (model, noise, at) => {
    refuseUnable(model, demand);
    return objective.bound(model as never, noise, at);
  };
  return { ...objective, bound };
}

const abilities: Readonly<
  Record<ModelNeed, { readonly words: string; readonly isMet: (model: LatentModel) => boolean }>
> = {
  scorable: { words: 'a posterior that can be scored at any z', isMet: ({ posterior }) => 'logProb' in posterior },
  factorised: {
    words: 'a diagonal normal as posterior and the standard normal as prior',
    isMet: ({ prior, posterior }) => 'isStandardNormal' in prior && hasDivergences(posterior),
  },
};

const hasDivergences = (posterior: Samplable) => 'klPerDimension' in posterior;

function refuseUnable(model: LatentModel, { formula, need, gradient, isOfGradient }: Demand): void {
  const { words, isMet } = abilities[need];
  if (isMet(model)) return;
  throw new ExpectationError({
    where: `objective '${formula}'`,
    expected: isOfGradient ? `${words}, as \`gradient\` ${gradient} needs` : words,
    received: 'a model that has none',
    remedy: isOfGradient ? 'take `gradient` path' : 'take `objective` elbo',
  });
}
