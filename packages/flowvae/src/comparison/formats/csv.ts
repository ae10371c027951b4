// A comparison as CSV by RFC 4180: a line for each method, numbers in full precision.
import type { Comparison, ComparisonRow } from '../compare-runs.ts';

type Field = readonly [name: string, of: (row: ComparisonRow) => string | number | undefined];

/** Lines that end with CR LF; a number that is not known is an empty field. */
export function comparisonCsv({ groupColumns, measureColumns, metric, rows }: Comparison): string {
  const fields: readonly Field[] = [
    ...groupColumns.map((name): Field => [name, (row) => row.values[name]]),
    ['seeds', (row) => row.runs.length],
    ...measureColumns.flatMap(({ name }) =>
      (['mean', 'sd', 'se', 'n'] as const).map(
        (part): Field => [`${name}.${part}`, (row) => row.measures[name]![part]],
      ),
    ),
    ['difference', ({ difference }) => difference?.value],
    ['difference.se', ({ difference }) => difference?.se],
    ['difference.from', ({ difference }) => difference?.interval.from],
    ['difference.to', ({ difference }) => difference?.interval.to],
    ['p', ({ difference }) => difference?.p],
    ['correctedP', ({ difference }) => difference?.correctedP],
    ['decision', ({ verdict, isReference }) => (isReference ? 'reference' : verdict?.decision)],
    ['verdict', ({ verdict }) => verdict?.words],
    ['metric', () => metric.name],
    ['runs', (row) => row.runs.join(' ')],
  ];
  const lines = [fields.map(([name]) => name), ...rows.map((row) => fields.map(([, of]) => textOf(of(row))))];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

const textOf = (value: string | number | undefined): string =>
  value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? '' : String(value);

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
