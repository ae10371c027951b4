// The labels of data: classes with their counts, or other values beside x.
import { type DataSet, labelRows } from '@flowvae/datasets';

/** A class and its rows. */
interface ClassCount {
  readonly name: string;
  readonly count: number;
}

/** The facts about labels. */
export interface LabelFacts {
  /** The label's column in a table. */
  readonly name?: string;
  /** Of the labels of one row. */
  readonly shape: readonly number[];
  /** Absent where the labels are no classes. */
  readonly classes?: readonly ClassCount[];
}

/** More different numbers are no classes. */
const MOST_CLASSES = 1000;

/** The facts about the labels of all rows; undefined where there are none. */
export function labelFacts(set: DataSet): LabelFacts | undefined {
  if (!set.y) return undefined;
  const { label } = set.description;
  const classes = classNumbers(set, allRows(set.y.shape[0]!));
  return {
    ...(label === undefined ? {} : { name: label }),
    shape: set.y.shape.slice(1),
    ...(classes ? { classes: counts(set, classes) } : {}),
  };
}

/** The class of each of some rows; undefined where labels are no classes. */
export function classNumbers({ y, description: { classes } }: DataSet, rows: Uint32Array): Float32Array | undefined {
  if (y?.shape.slice(1).reduce((product, size) => product * size, 1) !== 1) return undefined;
  const numbers = labelRows(y, rows);
  if (classes) return numbers;
  return numbers.every(Number.isInteger) && new Set(numbers).size <= MOST_CLASSES ? numbers : undefined;
}

/** The name of a class. */
export const className = ({ description }: DataSet, number: number): string =>
  description.classes?.[number] ?? String(number);

function counts(set: DataSet, numbers: Float32Array): ClassCount[] {
  const found = new Map<number, number>((set.description.classes ?? []).map((_, i) => [i, 0]));
  for (const number of numbers) found.set(number, (found.get(number) ?? 0) + 1);
  return [...found].toSorted(([a], [b]) => a - b).map(([number, count]) => ({ name: className(set, number), count }));
}

const allRows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);
