// Objectives by name, such as `elbo` or `iwae(50)`: one parser over one table, for the command line and config files.
import type { Samplable } from '@flowvae/distributions';
import { ExpectationError, type FormulaArgument, FormulaCursor } from '@flowvae/tensor';
import { betaVae, elbo } from './elbo.ts';
import { freeBits, freeBitsInTotal } from './free-bits.ts';
import { iwae, renyi } from './importance-weighted.ts';
import { inclusiveKl } from './inclusive-kl.ts';
import type { LatentModel } from './latent-model.ts';
import type { BoundOptions, Objective } from './objective.ts';

/** Estimators of a bound's gradient. */
export const gradients = ['path', 'stl', 'dreg'] as const;

/** Names of gradient estimators. */
export type Gradient = (typeof gradients)[number];

/** What a model has to be able to do: score any z under its posterior, or know its divergence in each dimension. */
export type ModelNeed = 'scorable' | 'factorised';

/** One row of the table. */
interface Row {
  readonly args?: readonly FormulaArgument[];
  /** The estimators that it has. */
  readonly gradients: readonly Gradient[];
  readonly needs?: ModelNeed;
  /** False where there is nothing that a schedule could weigh. Default true. */
  readonly isTempered?: boolean;
  readonly make: (args: Readonly<Record<string, number>>, options: MakeOptions) => Objective<never>;
}

interface MakeOptions extends BoundOptions {
  readonly gradient: Gradient;
}

/** A draw costs a decoder's pass: more than this is a typing error. */
const MOST_DRAWS = 10_000;
const MOST = 1e6;

const draws: FormulaArgument = { name: 'k', from: 1, to: MOST_DRAWS };
const real = (name: string, from: number, to: number): FormulaArgument => ({ name, from, to, isReal: true });

/** Every objective that can be named, as data. */
export const objectiveTable: Readonly<Record<string, Row>> = {
  elbo: { gradients: ['path', 'stl'], make: (_, options) => elbo(options as BoundOptions) },
  'elbo-analytic': {
    gradients: ['path'],
    needs: 'factorised',
    make: (_, { samples, tempering }) => elbo({ ...given({ samples, tempering }), kl: 'analytic' }),
  },
  beta: {
    args: [real('beta', 0, MOST)],
    gradients: ['path', 'stl'],
    make: ({ beta }, options) => betaVae(beta!, options as BoundOptions),
  },
  'beta-analytic': {
    args: [real('beta', 0, MOST)],
    gradients: ['path'],
    needs: 'factorised',
    make: ({ beta }, { samples, tempering }) => betaVae(beta!, { ...given({ samples, tempering }), kl: 'analytic' }),
  },
  'free-bits': {
    args: [real('nats', 0, MOST)],
    gradients: ['path'],
    needs: 'factorised',
    make: ({ nats }, options) => freeBits(nats!, options),
  },
  'free-bits-total': {
    args: [real('nats', 0, MOST)],
    gradients: ['path'],
    make: ({ nats }, options) => freeBitsInTotal(nats!, options),
  },
  iwae: { args: [draws], gradients: ['path', 'dreg'], make: ({ k }, options) => iwae(k!, options as BoundOptions) },
  renyi: {
    args: [real('alpha', -MOST, MOST), { ...draws, fallback: 5 }],
    gradients: ['path'],
    make: ({ alpha, k }, options) => renyi(alpha!, k!, options),
  },
  'inclusive-kl': {
    args: [draws],
    gradients: ['path'],
    needs: 'scorable',
    isTempered: false,
    make: ({ k }, options) => inclusiveKl(k!, options),
  },
};

/** What is left out stays left out. */
const given = (options: { samples: number | undefined; tempering: BoundOptions['tempering'] }): BoundOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const described = Object.entries(objectiveTable)
  .map(([name, { args = [] }]) => (args.length > 0 ? `${name}(${args.map((arg) => arg.name).join(',')})` : name))
  .join(', ');

/** A parsed formula: what may stand beside it, and the objective itself. */
export interface ObjectiveFormula {
  readonly name: string;
  /** The gradient estimators that it has. */
  readonly gradients: readonly Gradient[];
  readonly isTempered: boolean;
  /** What it needs of a model with a gradient estimator; undefined: any model will do. */
  needs(gradient: Gradient): ModelNeed | undefined;
  /** @throws ExpectationError at a gradient that it does not have, and from the bound at a model that cannot do what it needs */
  objective(options?: BoundOptions & { readonly gradient?: Gradient }): Objective;
}

/**
 * Parses the name of an objective with its numbers: `elbo`, `elbo-analytic`, `beta(4)`, `beta-analytic(4)`, `free-bits(0.1)`, `free-bits-total(4)`,
 * `iwae(50)`, `renyi(0.5)` or `renyi(0.5,50)`, `inclusive-kl(10)`.
 *
 * @throws ExpectationError that points at the character where the formula ends to be one
 */
export function parseObjective(formula: string): ObjectiveFormula {
  const expected = `one of ${described}`;
  const cursor = new FormulaCursor('objective', formula);
  const name = cursor.name(Object.keys(objectiveTable), expected);
  const row = objectiveTable[name]!;
  const args = cursor.args(row.args ?? [], 'an objective that takes arguments');
  if (!cursor.isAtEnd) throw cursor.refusal('the end', cursor.rest(/^.*/s));
  if (name === 'renyi' && args.alpha === 1) {
    throw new FormulaCursor('objective', formula, 'renyi('.length).refusal('alpha other than 1, which is elbo', '1');
  }
  const needs = (gradient: Gradient) => (gradient === 'path' ? row.needs : 'scorable');
  return {
    name,
    gradients: row.gradients,
    isTempered: row.isTempered ?? true,
    needs,
    objective({ gradient = 'path', ...options } = {}) {
      if (!row.gradients.includes(gradient)) {
        const where = `objective '${formula}': gradient`;
        throw new ExpectationError({ where, expected: row.gradients.join(' or '), received: gradient });
      }
      return checking(row.make(args, { gradient, ...options }), formula, needs(gradient));
    },
  };
}

/** An objective for any model, which looks whether a model can do what it needs when it comes. */
function checking(objective: Objective<never>, formula: string, need: ModelNeed | undefined): Objective {
  const bound: Objective['bound'] = (model, noise, at) => {
    if (need) refuseUnable(model, formula, need);
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

function refuseUnable(model: LatentModel, formula: string, need: ModelNeed): void {
  const { words, isMet } = abilities[need];
  if (isMet(model)) return;
  throw new ExpectationError({ where: `objective '${formula}'`, expected: words, received: 'a model that has none' });
}
