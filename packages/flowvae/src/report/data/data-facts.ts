// The facts about a data set, for people and for machines.
import {
  type DataDescription,
  type DataSet,
  kindOfSource,
  type ReaderTable,
  type SplitName,
  splitNames,
  widthOfDatum,
} from '@flowvae/datasets';
import { readSourceText } from '@flowvae/datasets/plain';
import { type ColumnFacts, columnFacts, missingEntries } from './column-facts.ts';
import { type LabelFacts, labelFacts } from './label-facts.ts';

/** Missing values, or missing entries of a table. */
export interface MissingFacts {
  readonly count: number;
  readonly of: number;
}

/** The facts about a data set. Plain JSON. */
export interface DataFacts {
  readonly name: string;
  /** The kinds of the files, in words, each once; or the module that makes the set. */
  readonly kind: readonly string[];
  /** [height, width, channels] of an image, or [P]. */
  readonly shape: readonly number[];
  readonly rows: Readonly<Record<'all' | SplitName, number>>;
  readonly form: DataDescription['form'];
  /** Least and greatest observed value, as stored. */
  readonly range: readonly [least: number, greatest: number];
  /** Whether all values are whole numbers from 0, so that likelihoods of counts fit. */
  readonly areCounts: boolean;
  readonly missing: MissingFacts;
  /** Of tables and of flat rows. */
  readonly columns?: readonly ColumnFacts[];
  readonly labels?: LabelFacts;
  readonly notes: readonly string[];
  /** Null for MNIST, whose files are verified. */
  readonly sha256: string | null;
}

/** The kinds of a source's files, in words, each once. */
export const sourceKinds = (source: string, readers?: ReaderTable): string[] => [
  ...new Set(readSourceText(source).map((each) => kindOfSource(each, readers))),
];

/** @param kind the kinds of its files, in words, each once */
export function dataFacts(set: DataSet, kind: readonly string[]): DataFacts {
  const { name, description, values, notes } = set;
  const columns = description.shape.length === 1 ? columnFacts(set) : undefined;
  const labels = labelFacts(set);
  return {
    name,
    kind,
    shape: description.shape,
    rows: rowCounts(set),
    form: description.form,
    range: values.range,
    areCounts: values.areCounts && description.form !== 'columns',
    missing: missingFacts(set),
    ...(columns ? { columns } : {}),
    ...(labels ? { labels } : {}),
    notes,
    sha256: set.checksum() ?? null,
  };
}

/** The numbers of rows, in all and by split. */
export function rowCounts({ x, splits }: DataSet): DataFacts['rows'] {
  const counts = splitNames.map((name) => [name, splits[name].length] as const);
  return { all: x.shape[0]!, ...(Object.fromEntries(counts) as Record<SplitName, number>) };
}

/** Missing values; of a table, missing entries. */
export function missingFacts(set: DataSet): MissingFacts {
  const { x, values, description } = set;
  const each = description.columns?.length ?? widthOfDatum(description);
  const count = description.columns && values.missing > 0 ? missingEntries(set) : values.missing;
  return { count, of: x.shape[0]! * each };
}
