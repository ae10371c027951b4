// The objectives for targets, by name.
import type { Samplable } from '@flowvae/distributions';
import {
  annealLikelihood,
  bootstrap,
  bootstrapNoise,
  chi,
  elbo,
  type Gradient,
  makeObjective,
  type Objective,
  type ObjectiveTable,
  type ObjectiveTerms,
  type OwnObjectiveRow,
  objectiveTable,
} from '@flowvae/objectives';
import { readObjective } from '@flowvae/objectives/plain';
import { ExpectationError } from '@flowvae/tensor';
import { linear } from '@flowvae/training';

/** The objective that needs draws of the target, and is no bound. */
export const FORWARD_KL = 'forward-kl';

const reverseKl: OwnObjectiveRow = {
  gradients: ['path', 'stl'],
  make: (_, options) => elbo(options as { readonly gradient: 'path' }) as Objective<never>,
};

const chiRow: OwnObjectiveRow = {
  args: [{ name: 'k', fallback: 64, from: 2, to: 10_000 }],
  gradients: ['path'],
  needs: 'scorable',
  isTempered: false,
  make: ({ k }, { samples }) => chi(k!, samples === undefined ? {} : { samples }) as Objective<never>,
};

/** The names of objectives for targets, with the built-in ones that suit them. */
export const targetObjectives: ObjectiveTable = {
  'reverse-kl': reverseKl,
  iwae: objectiveTable.iwae,
  renyi: objectiveTable.renyi,
  'inclusive-kl': objectiveTable['inclusive-kl'],
  chi: chiRow,
  bootstrap: {
    args: [
      { name: 'k', fallback: 64, from: 2, to: 10_000 },
      { name: 'temperatures', fallback: 4, from: 1, to: 1000 },
      { name: 'leapfrog', fallback: 5, from: 1, to: 1000 },
    ],
    gradients: ['path'],
    needs: 'scorable',
    isTempered: false,
  },
  [FORWARD_KL]: { gradients: ['path'], needs: 'scorable', isTempered: false },
};

/** The choice of an objective. */
export interface ObjectiveChoice {
  /** `reverse-kl`, `iwae(8)`, `renyi(0.5,8)`, `inclusive-kl(64)`, `chi(64)` or `bootstrap(64,4,5)`; or its terms. */
  readonly objective: string | ObjectiveTerms;
  /** Default: `'stl'` or `'dreg'` where the objective has it and the guide scores fast, else `'path'`. */
  readonly gradient?: Gradient | undefined;
  /** Steps over which the target is annealed, from a density near the base's; default 0. */
  readonly annealSteps: number;
  /** ε of the transitions of `bootstrap`. */
  readonly stepSize: number;
}

/** An objective, and the normals or uniforms that one of its draws takes. */
export interface ChosenObjective {
  readonly objective: Objective;
  readonly noiseWidth: number;
}

/** The first power of the target in an annealed fit. */
const FIRST_POWER = 0.01;

/** The guide's part in the choice. */
interface GuideAbilities {
  readonly distribution: Samplable;
  readonly scoresFast: boolean;
  /** Dimensions of the target. */
  readonly dim: number;
}

/** The terms of an objective for targets. @throws ExpectationError for a word that is none */
export const objectiveTerms = (objective: string | ObjectiveTerms): ObjectiveTerms =>
  typeof objective === 'string' ? readObjective(objective, targetObjectives) : objective;

/**
 * The objective for a guide.
 *
 * @throws ExpectationError for a word that is wrong, a gradient or an annealing that the objective has not, or a guide
 * that cannot be scored where the objective needs it
 */
export function chooseObjective(
  { objective, annealSteps, stepSize, ...choice }: ObjectiveChoice,
  { distribution, scoresFast, dim }: GuideAbilities,
): ChosenObjective {
  const terms = objectiveTerms(objective);
  const quiet = scoresFast ? terms.gradients.find((each) => each !== 'path') : undefined;
  const gradient = choice.gradient ?? quiet ?? 'path';
  refuseUnable(terms, gradient, distribution);
  if (annealSteps > 0 && !terms.isTempered) {
    const expected = 'none for an objective that is not tempered; use reverse-kl, iwae or renyi';
    throw new ExpectationError({ where: 'annealSteps', expected, received: String(annealSteps) });
  }
  if (terms.name === 'bootstrap') return bootstrapped(terms.args, { distribution, dim, stepSize });
  const tempering = annealSteps > 0 ? { tempering: annealLikelihood(linear(FIRST_POWER, 1, annealSteps)) } : {};
  return { objective: makeObjective(terms, { gradient, ...tempering }), noiseWidth: distribution.noise.width };
}

/** @throws ExpectationError for a guide that cannot score where the objective needs it */
function refuseUnable({ formula, needs }: ObjectiveTerms, gradient: Gradient, distribution: Samplable): void {
  if (needs(gradient) !== 'scorable' || 'logProb' in distribution) return;
  const [where, expected] = [
    `objective ${formula}`,
    'a guide that scores any point: a flow with an inverse, over a base on all of R^D',
  ];
  throw new ExpectationError({ where, expected, received: 'another' });
}

/**
 * Refuses a guide for `forward-kl`, which needs its density at draws of the target.
 *
 * @throws ExpectationError for a guide that cannot score
 */
export const refuseUnscored = (distribution: Samplable): void =>
  refuseUnable(objectiveTerms(FORWARD_KL), 'path', distribution);

function bootstrapped(
  args: Readonly<Record<string, number>>,
  { distribution, dim, stepSize }: Pick<GuideAbilities, 'distribution' | 'dim'> & Pick<ObjectiveChoice, 'stepSize'>,
): ChosenObjective {
  const { kind, width } = distribution.noise;
  if (kind !== 'normal') {
    const [where, expected] = ['objective bootstrap', 'a base that takes normal noise'];
    throw new ExpectationError({ where, expected, received: kind });
  }
  const { k, temperatures, leapfrog } = args as Readonly<Record<'k' | 'temperatures' | 'leapfrog', number>>;
  const options = { k, temperatures, leapfrogSteps: leapfrog, stepSize };
  const objective = bootstrap(dim, options) as Objective<never> as Objective;
  return { objective, noiseWidth: width + bootstrapNoise(dim, options) };
}
