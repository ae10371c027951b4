// Rows of variables as lines of CSV (RFC 4180): names and classes as words, numbers as short as float32 allows.
import type { DataColumn } from '@flowvae/datasets';

/** A row [P] as fields: of a category its most probable class, of a bit its most probable value. */
export const rowFields = (row: ArrayLike<number>, columns: readonly DataColumn[]): string[] =>
  columns.map((column) => fieldOf(row, column));

/** Fields as a line. */
export const csvLine = (fields: readonly string[]): string => `${fields.map(quoted).join(',')}\n`;

function fieldOf(row: ArrayLike<number>, { kind, at, width, classes }: DataColumn): string {
  if (kind === 'number') return shortest(row[at]!);
  if (kind === 'bit') return row[at]! >= 0.5 ? '1' : '0';
  let best = 0;
  for (let i = 1; i < width; i++) if (row[at + i]! > row[at + best]!) best = i;
  return classes[best] ?? String(best);
}

/** The fewest digits that give the same float32. */
export function shortest(value: number): string {
  const wanted = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const found = Number(wanted.toPrecision(digits));
    if (Math.fround(found) === wanted) return String(found);
  }
  return String(Number(wanted.toPrecision(9)));
}

const quoted = (field: string) => (/[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
