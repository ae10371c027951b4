// Facts about each column of a table, or each number of flat rows.
import { type DataColumn, type DataSet, dataMoments, widthOfDatum } from '@flowvae/datasets';
import { columnsOf } from '../../config/data-columns.ts';

/** A class of a category and its share of the observed training rows. */
interface ClassShare {
  readonly name: string;
  readonly share: number;
}

/** The facts about a column. */
export interface ColumnFacts {
  readonly name: string;
  readonly kind: DataColumn['kind'];
  /** Rows without it, of all rows. */
  readonly missing: number;
  /** Least and greatest value of all rows, as stored; absent where nothing was observed, and for categories. */
  readonly range?: readonly [least: number, greatest: number];
  /** Of the training rows, as stored. */
  readonly mean?: number;
  /** Of the training rows, as stored. */
  readonly deviation?: number;
  readonly classes?: readonly ClassShare[];
}

/** The facts about all columns. It reads all rows. */
export function columnFacts(set: DataSet): ColumnFacts[] {
  const columns = columnsOf(set.description);
  const tallies = columnTallies(set, columns);
  const { mean, deviation } = dataMoments(set);
  return columns.map((column, i) => {
    const { name, kind, at, classes } = column;
    const { missing, least, greatest } = tallies[i]!;
    const common = { name, kind, missing };
    if (!(least <= greatest)) return common;
    if (kind === 'category')
      return { ...common, classes: classes.map((each, k) => ({ name: each, share: mean[at + k]! })) };
    return {
      ...common,
      range: [least, greatest],
      mean: set.divisor * mean[at]!,
      deviation: set.divisor * deviation[at]!,
    };
  });
}

/** The missing entries of a table: one of a category counts once, not once for each of its classes. */
export const missingEntries = (set: DataSet): number =>
  columnTallies(set, columnsOf(set.description)).reduce((sum, { missing }) => sum + missing, 0);

/** Counts and ends of a column's first variable. */
interface Tally {
  missing: number;
  least: number;
  greatest: number;
}

/** Numbers in one look. */
const PIECE = 2 ** 18;

function columnTallies({ x, mask, description }: DataSet, columns: readonly DataColumn[]): readonly Tally[] {
  const [count, width] = [x.shape[0]!, widthOfDatum(description)];
  const rows = Math.min(count, Math.max(1, Math.floor(PIECE / width)));
  const [values, observed] = [new Float32Array(rows * width), new Float32Array(rows * width).fill(1)];
  const tallies = columns.map(() => ({
    missing: 0,
    least: Number.POSITIVE_INFINITY,
    greatest: Number.NEGATIVE_INFINITY,
  }));
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count);
    x.read(from, to, values.subarray(0, (to - from) * width));
    mask?.read(from, to, observed.subarray(0, (to - from) * width));
    for (let start = 0; start < (to - from) * width; start += width) {
      columns.forEach(({ at }, i) => {
        const [tally, value] = [tallies[i]!, values[start + at]!];
        if (observed[start + at] === 0 || Number.isNaN(value)) tally.missing++;
        else {
          tally.least = Math.min(tally.least, value);
          tally.greatest = Math.max(tally.greatest, value);
        }
      });
    }
  }
  return tallies;
}
