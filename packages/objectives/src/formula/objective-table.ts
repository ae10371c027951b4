// Every objective that can be named, as data that needs no tensor library. To add one: a row here, and its maker in
// objective-formula.ts.
import { type FormulaArgument, FormulaCursor } from '@flowvae/tensor/plain';
import type { BoundOptions, Objective } from '../objective.ts';

/** Estimators of a bound's gradient. */
export const gradients = ['path', 'stl', 'dreg'] as const;

/** Names of gradient estimators. */
export type Gradient = (typeof gradients)[number];

/** An ability that a model must have: score any z under its posterior, or know its divergence in each dimension. */
export type ModelNeed = 'scorable' | 'factorised';

/** One row of the table. */
export interface ObjectiveRow {
  readonly args?: readonly FormulaArgument[];
  /** The objective's estimators. */
  readonly gradients: readonly Gradient[];
  readonly needs?: ModelNeed;
  /** Left out: a schedule may weigh its terms. */
  readonly isTempered?: false;
}

/** A row of a table of one's own: it makes its objective itself. */
export interface OwnObjectiveRow extends ObjectiveRow {
  /**
   * The objective, for models with the abilities that the row needs.
   *
   * @param args a value for every declared argument
   * @param options the run's `samples` and `tempering`, and one of the row's gradients
   */
  readonly make: (
    args: Readonly<Record<string, number>>,
    options: BoundOptions & { readonly gradient: Gradient },
  ) => Objective<never>;
}

/** Objectives that can be named. */
export type ObjectiveTable = Readonly<Record<string, ObjectiveRow>>;

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
} as const satisfies ObjectiveTable;

/** A name in the table. */
export type ObjectiveName = keyof typeof rows;

/** The table. */
export const objectiveTable: Readonly<Record<ObjectiveName, ObjectiveRow>> = rows;

const described = (table: ObjectiveTable) =>
  Object.entries(table)
    .map(([name, { args = [] }]) => (args.length > 0 ? `${name}(${args.map((arg) => arg.name).join(',')})` : name))
    .join(', ');

/** The contents of a formula: the objective, its numbers, and the options that it allows. */
export interface ObjectiveTerms {
  readonly formula: string;
  readonly name: string;
  readonly args: Readonly<Record<string, number>>;
  /** The objective's gradient estimators. */
  readonly gradients: readonly Gradient[];
  readonly isTempered: boolean;
  /** The ability that a model needs with a gradient estimator; undefined: any model will do. */
  needs(gradient: Gradient): ModelNeed | undefined;
  /** The row of an objective that makes itself; absent for a built-in one. */
  readonly row?: OwnObjectiveRow;
}

/**
 * Parses the name of an objective with its numbers: `elbo`, `elbo-analytic`, `beta(4)`, `beta-analytic(4)`,
 * `free-bits(0.1)`, `free-bits-total(4)`, `iwae(50)`, `renyi(0.5)` or `renyi(0.5,50)`, `inclusive-kl(10)`.
 *
 * @param table the objectives that can be named. Default: the built-in ones
 * @throws ExpectationError that points at the first character that is wrong
 */
export function readObjective(formula: string, table: ObjectiveTable = objectiveTable): ObjectiveTerms {
  const cursor = new FormulaCursor('objective', formula);
  const name = cursor.name(Object.keys(table), `one of ${described(table)}`);
  const row = table[name]!;
  const args = cursor.args(row.args ?? [], 'an objective that takes arguments');
  if (!cursor.isAtEnd) throw cursor.refusal('the end', cursor.rest(/^.*/s));
  const needs = (gradient: Gradient) => (gradient === 'path' ? row.needs : 'scorable');
  const { gradients, isTempered = true } = row;
  return { formula, name, args, gradients, isTempered, needs, ...(isOwn(row) && { row }) };
}

const isOwn = (row: ObjectiveRow): row is OwnObjectiveRow => 'make' in row;
