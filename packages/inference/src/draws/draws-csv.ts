// Draws as a table for spreadsheets and data frames.
import { columnNames } from '@flowvae/flows';
import { checkDraws, type NamedDraws } from './named-draws.ts';

/**
 * Draws as CSV: one row for each draw, `chain` and `draw` counted from 0, then one column for each number, named as by
 * `columnNames` (in quotes where the name has a comma).
 *
 * Numbers have the digits that give the same float32 again; `NaN`, `inf` and `-inf` are read by R and pandas. Lines end
 * with CR LF, as RFC 4180 says.
 * @throws ExpectationError if a quantity's values do not fit
 */
export function drawsCsv(named: NamedDraws): string {
  checkDraws('drawsCsv', named);
  const columns = Object.entries(named.columns);
  const names = columns.flatMap(([name, { shape }]) => columnNames(name, shape));
  const lines = [['chain', 'draw', ...names.map(quoted)].join(',')];
  for (let row = 0; row < named.chains * named.draws; row++) {
    const fields = [String(Math.floor(row / named.draws)), String(row % named.draws)];
    for (const [, { values }] of columns) {
      const size = values.length / (named.chains * named.draws);
      for (let i = row * size; i < (row + 1) * size; i++) fields.push(digits(values[i]!));
    }
    lines.push(fields.join(','));
  }
  return lines.map((line) => `${line}\n`).join('');
}

const quoted = (name: string) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

/** Nine digits always give the same float32 again; seven mostly do. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  for (const precision of [7, 8]) {
    const short = Number(value.toPrecision(precision));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
