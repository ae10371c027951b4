// A comparison as CSV by RFC 4180: a line for each method, numbers in full precision.
import type { Comparison, ComparisonRow } from '../compare-runs.ts';

type Field = readonly [name: string, of: (row: ComparisonRow) => string | number | undefined];

/** Lines that end with CR LF; a number that is not known is an empty field. */
export function comparisonCsv({ groupColumns, measureColumns, metric, rows }: Comparison): string {
  const fields: readonly Field[] = [
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
  const others = fields.map(([name]) => name);
  const groups = groupColumns.map((name): Field => {
    const head = others.includes(name) ? `${name} (setting)` : name;
    return [head, (row) => row.values[name]];
  });
  const all = [...groups, ...fields];
  const lines = [all.map(([name]) => harmless(name)), ...rows.map((row) => all.map(([, of]) => textOf(of(row))))];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function textOf(value: string | number | undefined): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return harmless(value ?? '');
}

/** Programs for tables take text that begins so for a formula, and run it; an apostrophe before it makes it text. */
const harmless = (text: string) => (/^([=+@\t\r]|-.)/.test(text) && !isNumber(text) ? `'${text}` : text);

const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text));

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
