// Every objective that can be named, as data that needs no tensor library. To add one: a row here, and its maker in
// objective-formula.ts.
import { type FormulaArgument, FormulaCursor } from '@flowvae/tensor/plain';

/** Estimators of a bound's gradient. */
export const gradients = ['path', 'stl', 'dreg'] as const;

/** Names of gradient estimators. */
export type Gradient = (typeof gradients)[number];

/** An ability that a model must have: score any z under its posterior, or know its divergence in each dimension. */
export type ModelNeed = 'scorable' | 'factorised';

/** One row of the table. */
interface Row {
  readonly args?: readonly FormulaArgument[];
  /** The objective's estimators. */
  readonly gradients: readonly Gradient[];
  readonly needs?: ModelNeed;
  /** Left out: a schedule may weigh its terms. */
  readonly isTempered?: false;
}

/** Each draw costs a pass of the decoder: a larger number is a typing error. */
const MOST_DRAWS = 10_000;
const MOST = 1e6;

const draws: FormulaArgument = { name: 'k', from: 1, to: MOST_DRAWS };
const real = (name: string, from: number, to: number): FormulaArgument => ({ name, from, to, isReal: true });

const alpha: FormulaArgument = {
  ...real('alpha', -MOST, MOST),
  except: { value: 1, expected: 'alpha other than 1, which is elbo' },
};

const rows = {
  elbo: { gradients: ['path', 'stl'] },
  'elbo-analytic': { gradients: ['path'], needs: 'factorised' },
  beta: { args: [real('beta', 0, MOST)], gradients: ['path', 'stl'] },
  'beta-analytic': { args: [real('beta', 0, MOST)], gradients: ['path'], needs: 'factorised' },
  'free-bits': { args: [real('nats', 0, MOST)], gradients: ['path'], needs: 'factorised' },
  'free-bits-total': { args: [real('nats', 0, MOST)], gradients: ['path'] },
  iwae: { args: [draws], gradients: ['path', 'dreg'] },
  renyi: { args: [alpha, { ...draws, fallback: 5 }], gradients: ['path'] },
  'inclusive-kl': { args: [draws], gradients: ['path'], needs: 'scorable', isTempered: false },
} as const satisfies Readonly<Record<string, Row>>;

/** A name in the table. */
export type ObjectiveName = keyof typeof rows;

/** The table. */
export const objectiveTable: Readonly<Record<ObjectiveName, Row>> = rows;

/** All names, in the order of the table. */
export const objectiveNames = Object.keys(objectiveTable) as readonly ObjectiveName[];

const described = Object.entries(objectiveTable)
  .map(([name, { args = [] }]) => (args.length > 0 ? `${name}(${args.map((arg) => arg.name).join(',')})` : name))
  .join(', ');

/** The contents of a formula: the objective, its numbers, and the options that it allows. */
export interface ObjectiveTerms {
  readonly formula: string;
  readonly name: ObjectiveName;
  readonly args: Readonly<Record<string, number>>;
  /** The objective's gradient estimators. */
  readonly gradients: readonly Gradient[];
  readonly isTempered: boolean;
  /** The ability that a model needs with a gradient estimator; undefined: any model will do. */
  needs(gradient: Gradient): ModelNeed | undefined;
}

/**
 * Parses the name of an objective with its numbers: `elbo`, `elbo-analytic`, `beta(4)`, `beta-analytic(4)`,
 * `free-bits(0.1)`, `free-bits-total(4)`, `iwae(50)`, `renyi(0.5)` or `renyi(0.5,50)`, `inclusive-kl(10)`.
 *
 * @throws ExpectationError that points at the first character that is wrong
 */
export function readObjective(formula: string): ObjectiveTerms {
  const cursor = new FormulaCursor('objective', formula);
  const name = cursor.name(objectiveNames, `one of ${described}`);
  const row = objectiveTable[name];
  const args = cursor.args(row.args ?? [], 'an objective that takes arguments');
  if (!cursor.isAtEnd) throw cursor.refusal('the end', cursor.rest(/^.*/s));
  const needs = (gradient: Gradient) => (gradient === 'path' ? row.needs : 'scorable');
  return { formula, name, args, gradients: row.gradients, isTempered: row.isTempered ?? true, needs };
}
