// Columns of data as an aligned table.

import { grouped } from '../counted.ts';
import type { ColumnFacts } from './column-facts.ts';
import { cut, cutInside, listedUpTo, readable, TEXT_WIDTH } from './text-layout.ts';

/** Columns in the table; JSON has all of them. */
const MOST_COLUMNS = 40;

const numbers = ['least', 'greatest', 'mean', 'deviation'] as const;

/** The widest name of a column. */
const MOST_NAME = 24;

const GAP = '  ';

/** A header, a line for each of the first columns, and the number of the others. */
export function columnTable(columns: readonly ColumnFacts[]): string[] {
  const shown = columns.slice(0, MOST_COLUMNS);
  const rows = [
    { name: 'name', kind: 'kind', missing: 'missing', numbers: [...numbers] },
    ...shown.map((column) => ({
      name: cutInside(column.name, MOST_NAME),
      kind: column.kind,
      missing: grouped(column.missing),
      numbers: numbersOf(column),
    })),
  ];
  const widthOf = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const name = widthOf(rows.map((row) => row.name));
  const kind = widthOf(rows.map((row) => row.kind));
  const missing = widthOf(rows.map((row) => row.missing));
  const each = numbers.map((_, i) => widthOf(rows.map((row) => row.numbers[i] ?? '')));
  const lines = rows.map((row, i) => {
    const start = [row.name.padEnd(name), row.kind.padEnd(kind), row.missing.padStart(missing)].join(GAP);
    const column = shown[i - 1];
    const rest = column?.classes
      ? classWords(column, TEXT_WIDTH - start.length - GAP.length)
      : row.numbers.map((text, k) => text.padStart(each[k]!)).join(GAP);
    return `${start}${GAP}${rest}`.trimEnd();
  });
  const others = columns.length - shown.length;
  return [
    ...lines,
    ...(others > 0 ? [`… and ${grouped(others)} more, which --json lists`] : []),
    `${shown.some(({ kind }) => kind === 'category') ? 'Mean, deviation and shares' : 'Mean and deviation'} are those of the training rows.`,
  ];
}

function numbersOf({ range, mean, deviation }: ColumnFacts): string[] {
  if (!range || mean === undefined || deviation === undefined) return [];
  return [...range, mean, deviation].map(readable);
}

/** The most frequent classes first. */
function classWords({ classes = [] }: ColumnFacts, width: number): string {
  const byShare = classes.toSorted((a, b) => b.share - a.share);
  return listedUpTo(
    byShare.map(({ name, share }) => `${cut(name, MOST_NAME)} ${Math.round(100 * share)} %`),
    width,
  );
}
