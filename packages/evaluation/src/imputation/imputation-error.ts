// The error of imputations, measured on observed entries that are hidden from the model.
import { fold } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { checkHeldOut, type Entry, entriesOf, heldOut, type ImputedColumns, withoutEntries } from './held-out.ts';
import { type Imputations, type Imputed, type ImputeOptions, imputeAt } from './impute.ts';
import { checkRow, maskedWidth } from './row-checks.ts';
import { type ChoiceScores, ChoiceSums, LEAST_DRAWS, type NumberScores, NumberSums } from './scores.ts';

/** Options of {@link imputationError}. */
export interface ImputationErrorOptions extends Omit<ImputeOptions, 'onEstimate'> {
  /** The columns whose entries may be hidden. */
  readonly columns: readonly ImputedColumns[];
  /** The probability with which an observed entry is hidden, in (0, 1). */
  readonly fraction: number;
  /** Means of the columns [P] in the training data; of a bit or a class, its frequency. */
  readonly means: ArrayLike<number>;
  /** Standard deviations of the columns [P] in the training data; read for numbers only. */
  readonly deviations: ArrayLike<number>;
}

/** Some columns with the scores of their entries. */
export type ColumnScores =
  | (ImputedColumns & { readonly kind: 'number' } & NumberScores)
  | (ImputedColumns & { readonly kind: 'bit' | 'category' } & ChoiceScores);

/** The scores of held-out entries. */
export interface ImputationError {
  /** Data points with a hidden entry. */
  readonly rows: number;
  /** Hidden entries. */
  readonly entries: number;
  /** In the order of the options' columns. */
  readonly columns: readonly ColumnScores[];
  /** Over all entries of a kind. Errors in the data's units tell something only of columns with the same unit. */
  readonly overall: { readonly number: NumberScores; readonly bit: ChoiceScores; readonly category: ChoiceScores };
  /** Mean and smallest effective sample size over those data points. */
  readonly effectiveSampleSize: number;
  readonly leastEffectiveSampleSize: number;
}

/**
 * Hides observed entries, imputes them from the rest, and compares.
 *
 * Each observed entry is hidden with the given probability, independently, by draws that depend on the key and the data
 * point only; a category's columns are hidden together; at least one observed value of a row stays. Estimates are
 * {@link impute}'s: of a number E[x|x_obs], of a bit or category p(x|x_obs), the weighted mean of its columns. The
 * interval of a number is that of the M draws, so there must be 19 or more.
 * @throws ExpectationError for columns beyond the data or described twice, other numbers of means or deviations than
 *   columns, a fraction not in (0, 1), fewer than 19 draws of numbers, a category without exactly one 1, a bit that is
 *   neither 0 nor 1
 */
export async function imputationError(options: ImputationErrorOptions): Promise<ImputationError> {
  const width = check(options);
  const { data, columns, fraction, key } = options;
  const entries = entriesOf(columns);
  const hiddenAt = (i: number) => heldOut(data.row(i), { entries, fraction, width, key: fold(key, 'held out', i) });
  const sums = new Sums(options);
  const imputations = await imputeAt(indicesWith(hiddenAt, options, width), {
    ...options,
    data: {
      count: data.count,
      width: data.width,
      ...(data.layout ? { layout: data.layout } : {}),
      row: (i) => withoutEntries(data.row(i), hiddenAt(i), width),
    },
    onEstimate: (i, imputed) => {
      for (const entry of hiddenAt(i)) sums.add(entry, { where: pointName(i), row: data.row(i), imputed });
    },
  });
  return sums.error(imputations);
}

const pointName = (i: number) => `imputationError: data point ${i}`;

function* indicesWith(
  hiddenAt: (i: number) => Entry[],
  { data }: ImputationErrorOptions,
  width: number,
): Generator<number> {
  for (let i = 0; i < data.count; i++) {
    checkRow(pointName(i), data.row(i), width);
    if (hiddenAt(i).length > 0) yield i;
  }
}

/** @returns width P of x */
function check({ data, columns, fraction, draws, means, deviations }: ImputationErrorOptions): number {
  const where = 'imputationError';
  const width = maskedWidth(`${where}: data`, data);
  checkHeldOut(where, { columns, fraction, width });
  for (const [name, values] of Object.entries({ means, deviations })) {
    if (values.length === width) continue;
    const expected = `${width} values, one for each column`;
    throw new ExpectationError({ where: `${where}: ${name}`, expected, received: `${values.length} values` });
  }
  if (draws >= LEAST_DRAWS || columns.every(({ kind }) => kind !== 'number')) return width;
  throw new ExpectationError({
    where: `${where}: draws`,
    expected: `${LEAST_DRAWS} or more, for intervals of 90 %`,
    received: String(draws),
  });
}

/** A data point with some entries hidden from its imputation. */
interface ScoredRow {
  readonly where: string;
  readonly row: Float32Array;
  readonly imputed: Imputed;
}

/** Sums for every description of columns, and for every kind. */
class Sums {
  readonly #options: ImputationErrorOptions;
  readonly #columns: readonly (NumberSums | ChoiceSums)[];
  readonly #overall = { number: new NumberSums(), bit: new ChoiceSums(), category: new ChoiceSums() };
  #entries = 0;

  constructor(options: ImputationErrorOptions) {
    this.#options = options;
    this.#columns = options.columns.map(({ kind }) => (kind === 'number' ? new NumberSums() : new ChoiceSums()));
  }

  add(entry: Entry, scored: ScoredRow): void {
    this.#entries++;
    const sums = this.#columns[entry.place]!;
    if (sums instanceof NumberSums) {
      const number = this.#number(entry, scored);
      for (const each of [sums, this.#overall.number]) each.add(number);
    } else {
      const choice = entry.kind === 'bit' ? this.#bit(entry, scored) : this.#category(entry, scored);
      for (const each of [sums, this.#overall[entry.kind as 'bit' | 'category']]) each.add(choice);
    }
  }

  #number({ at }: Entry, { row, imputed }: ScoredRow) {
    const { means, deviations } = this.#options;
    const width = imputed.mean.length;
    const draws = Float32Array.from({ length: imputed.draws.length / width }, (_, m) => imputed.draws[m * width + at]!);
    return { x: row[at]!, estimate: imputed.mean[at]!, draws, mean: means[at]!, deviation: deviations[at]! };
  }

  #bit({ at }: Entry, { where, row, imputed }: ScoredRow) {
    const x = row[at]!;
    if (x !== 0 && x !== 1) {
      throw new ExpectationError({ where: `${where}: x[${at}]`, expected: 'a bit, 0 or 1', received: String(x) });
    }
    const [p, frequency] = [imputed.mean[at]!, this.#options.means[at]!];
    return { right: x, probabilities: [1 - p, p], frequencies: [1 - frequency, frequency] };
  }

  #category({ at, width }: Entry, { where, row, imputed }: ScoredRow) {
    const x = [...row.subarray(at, at + width)];
    const right = x.indexOf(1);
    if (right === -1 || x.some((value, i) => value !== Number(i === right))) {
      throw new ExpectationError({
        where: `${where}: x[${at}…${at + width - 1}]`,
        expected: 'a category: one 1 among zeros',
        received: x.join(', '),
      });
    }
    const part = (values: ArrayLike<number>) => Array.from({ length: width }, (_, i) => values[at + i]!);
    return { right, probabilities: part(imputed.mean), frequencies: part(this.#options.means) };
  }

  error({ count, effectiveSampleSize, leastEffectiveSampleSize }: Imputations): ImputationError {
    const { number, bit, category } = this.#overall;
    return {
      rows: count,
      entries: this.#entries,
      columns: this.#options.columns.map(
        (columns, place) => ({ ...columns, ...this.#columns[place]!.scores }) as ColumnScores,
      ),
      overall: { number: number.scores, bit: bit.scores, category: category.scores },
      effectiveSampleSize,
      leastEffectiveSampleSize,
    };
  }
}
