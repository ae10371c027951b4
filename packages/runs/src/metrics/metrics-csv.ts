// Metrics as a table for spreadsheets and data frames.

/**
 * One row for each entry, one column for each number: `step`, `loss`, `elbo` (of `terms`), `validation.elbo`, …; empty
 * if an entry lacks the number.
 *
 * Lines end with CR LF, as RFC 4180 says; numbers keep every digit.
 */
export function metricsCsv(entries: readonly object[]): string {
  const rows = entries.map((entry) => new Map(columnsOf(entry)));
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const lines = rows.map((row) => names.map((name) => row.get(name) ?? '').join(','));
  return [names.map(quoted).join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

/** Terms stand beside their loss; other groups keep their name. */
const columnsOf = (entry: object): [string, string][] =>
  Object.entries(entry).flatMap(([name, value]): [string, string][] => {
    if (typeof value !== 'object' || value === null) return [[name, String(value)]];
    const prefix = name === 'terms' ? '' : `${name}.`;
    return columnsOf(value).map(([inner, text]) => [prefix + inner, text]);
  });

const quoted = (name: string) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
