// Constraint formulas such as `positive`, `interval(0, 1)[4]` or `simplex(3)`, and the table that they name.
import { type FormulaArgument, FormulaCursor } from '@flowvae/tensor/plain';
import type { Constraint } from './constraint.ts';
import { interval, positive, real } from './element-wise.ts';
import { lowerCholesky } from './lower-cholesky.ts';
import { ordered } from './ordered.ts';
import { simplex } from './simplex.ts';

/** Limit on a value's numbers along one axis; it catches typing errors. */
const MOST = 4096;

/** Limit on the ends of an interval. */
const FARTHEST = 1e30;

interface ConstraintRow {
  readonly args?: readonly FormulaArgument[];
  /** Whether `[count]` may follow, for several numbers. */
  readonly isCounted?: true;
  readonly make: (args: Readonly<Record<string, number>>, count?: number) => Constraint;
}

const ends: readonly FormulaArgument[] = [
  { name: 'from', from: -FARTHEST, to: FARTHEST, isReal: true },
  { name: 'to', from: -FARTHEST, to: FARTHEST, isReal: true, above: 'from' },
];

const sized = (make: (n: number) => Constraint, least: number): ConstraintRow => ({
  args: [{ name: 'n', from: least, to: MOST }],
  make: ({ n }) => make(n!),
});

const table: Readonly<Record<string, ConstraintRow>> = {
  real: { isCounted: true, make: (_, count) => real(count) },
  positive: { isCounted: true, make: (_, count) => positive(count) },
  interval: { args: ends, isCounted: true, make: ({ from, to }, count) => interval(from!, to!, count) },
  simplex: sized(simplex, 2),
  ordered: sized(ordered, 2),
  lowerCholesky: sized(lowerCholesky, 1),
};

const names = Object.keys(table);

const grammar = `one of ${names.join(', ')} with its '(arguments)' and, after the first three, an optional '[count]'`;

/**
 * Parses a constraint: `real`, `real[8]`, `positive`, `positive[3]`, `interval(-1, 1)`, `interval(0, 1)[4]`,
 * `simplex(3)`, `ordered(4)`, `lowerCholesky(3)`.
 *
 * @param subject the constrained thing, for errors: `constraint` by default
 * @throws ExpectationError that points at the first character that is wrong
 */
export function parseConstraint(formula: string, subject = 'constraint'): Constraint {
  const cursor = new FormulaCursor(subject, formula);
  const { args = [], isCounted, make } = table[cursor.name(names, grammar)]!;
  const values = cursor.args(args, 'a constraint that takes arguments');
  const count = isCounted ? countAfter(cursor) : undefined;
  if (!cursor.isAtEnd) throw cursor.refusal(isCounted ? "nothing, or '[count]'" : 'nothing more', cursor.rest(/^.*/s));
  return make(values, count);
}

/** `[4]`, if it comes next. */
function countAfter(cursor: FormulaCursor): number | undefined {
  if (!cursor.takes('[')) return undefined;
  const count = cursor.number({ name: 'a count', from: 1, to: MOST });
  if (!cursor.takes(']')) throw cursor.refusal("']' after the count", cursor.rest(/^.*/s));
  return count;
}
