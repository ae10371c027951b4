// The choices of a search: one value of every column that varies.
import { drawUniform, fold, key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor/plain';
import { fits, isRange, type SweepChoice, type SweepColumn, valueAt } from './column.ts';
import { sobolPoints } from './sobol.ts';

/** Float32 draws may round to 1. */
const BELOW_ONE = 1 - 2 ** -24;

/** How the values of columns are combined. */
export type SweepSearch =
  | { readonly kind: 'grid' }
  | { readonly kind: 'random' | 'sobol'; readonly count: number; readonly seed: number };

/** Limit on the runs of a sweep. */
export const MOST_TRIALS = 100_000;

/** @throws ExpectationError for more runs than a sweep can hold */
export function refuseMany(count: number): void {
  if (count <= MOST_TRIALS) return;
  throw new ExpectationError({ where: 'sweep', expected: `at most ${MOST_TRIALS} runs`, received: String(count) });
}

/** All choices of a search, each behind the values of a given row; of equal ones, the first. */
export function choicesOf(columns: readonly SweepColumn[], search: SweepSearch, row: SweepChoice = {}): SweepChoice[] {
  const found = search.kind === 'grid' ? gridOf(columns, row) : drawn(columns, search, row);
  const distinct = new Map(found.map((choice) => [JSON.stringify(choice), choice]));
  return [...distinct.values()];
}

/** Every combination; the last column varies fastest. */
function gridOf(columns: readonly SweepColumn[], row: SweepChoice): SweepChoice[] {
  let choices: SweepChoice[] = [row];
  for (const { name, values, when } of columns) {
    const list = isRange(values) ? [] : values; // refused before
    choices = choices.flatMap((choice) =>
      when && !fits(choice, when) ? [choice] : list.map((value) => ({ ...choice, [name]: value })),
    );
    refuseMany(choices.length);
  }
  return choices;
}

type DrawnSearch = Exclude<SweepSearch, { readonly kind: 'grid' }>;

function drawn(columns: readonly SweepColumn[], { kind, count, seed }: DrawnSearch, row: SweepChoice): SweepChoice[] {
  const own = fold(key(seed), 'sweep', kind);
  const points =
    kind === 'sobol'
      ? sobolPoints(count, columns.length, drawUniform(own, columns.length))
      : Array.from({ length: count }, (_, i) => [...drawUniform(fold(own, i), columns.length)]);
  return points.map((point) => {
    let choice = row;
    columns.forEach(({ name, values, when }, i) => {
      if (when && !fits(choice, when)) return;
      choice = { ...choice, [name]: valueAt(values, Math.min(point[i]!, BELOW_ONE)) };
    });
    return choice;
  });
}
