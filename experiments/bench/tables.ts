// Tables of results: contenders down, settings across. The READMEs' tables are written by this, from the recorded
// results.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable } from '../markdown-table.ts';
import { updateMarkedTables } from '../readme-tables.ts';
import { type Machine, machineLine } from './machine.ts';
import type { Spread } from './measurement.ts';
import { OURS, type Row } from './sections/section.ts';

/** The results of one section. */
export interface SectionResult {
  readonly section: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const resultPath = (section: string) => inHere(`./results/${section}.json`);
const readmes = [inHere('./README.md')];

/** Writes results/<section>.json. */
export function record(result: SectionResult): void {
  writeFileSync(resultPath(result.section), `${JSON.stringify(result, null, 2)}\n`);
}

/** Brings the tables of the READMEs up to date; @returns the files that differed. */
export const updateTables = ({ write }: { readonly write: boolean }): string[] =>
  updateMarkedTables({ tag: 'bench', paths: readmes, table: recordedTable, write });

function recordedTable(section: string): string {
  const path = resultPath(section);
  if (!existsSync(path)) return 'Not recorded yet.\n';
  return formatSection(JSON.parse(readFileSync(path, 'utf8')) as SectionResult);
}

/** A section as Markdown: one table for each unit, then the absent candidates with reasons, then the machine. */
export function formatSection({ machine, rows }: SectionResult): string {
  const units = [...new Set(rows.map(({ unit }) => unit))];
  const tables = units.map((unit) => formatTable(rows.filter((row) => row.unit === unit)));
  const remarks = [...new Set(rows.flatMap(remarksOf))].map((remark) => `- ${remark}`);
  return [...tables, ...(remarks.length > 0 ? [`${remarks.join('\n')}\n`] : []), `_${machineLine(machine)}_\n`].join(
    '\n',
  );
}

const remarksOf = ({ absent, notes, setting }: Row): string[] => [
  ...Object.entries(absent).map(([name, reason]) => `${name} is absent: ${reason}`),
  ...Object.entries(notes).map(([name, note]) => `${name}, ${describe(setting)}: ${note}`),
];

/** Settings side by side; more of them stand below each other. */
const MOST_ACROSS = 8;

/** Rows as columns. */
const turned = (cells: readonly string[][]): string[][] => cells[0]!.map((_, i) => cells.map((row) => row[i]!));

function formatTable(rows: readonly Row[]): string {
  const { constant, varying } = splitSettings(rows);
  const facts = rows.flatMap(({ facts }) => Object.keys(facts));
  const contenders = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const header = ['', ...rows.map(({ setting }) => describe(pick(setting, varying)))];
  const cells = [
    header,
    ...contenders.map((name) => [name, ...rows.map((row) => cell(row, name))]),
    ...[...new Set(facts)].map((fact) => [fact, ...rows.map((row) => round(row.facts[fact] ?? Number.NaN))]),
  ];
  const [first, ...others] = rows.length > MOST_ACROSS ? turned(cells) : cells;
  const table = markdownTable(first!, others);
  const caption = [rows[0]!.unit, describe(constant)].filter(Boolean).join('; ');
  return `${caption}\n\n${table}`;
}

/** Median, range, and our time divided by it. */
function cell({ values }: Row, name: string): string {
  const spread = values[name];
  if (!spread) return '–';
  const ours = values[OURS];
  const ratio = ours && name !== OURS ? ` · ${(ours.median / spread.median).toFixed(2)}` : '';
  return `${formatSpread(spread)}${ratio}`;
}

const formatSpread = ({ median, min, max, rounds }: Spread) =>
  rounds === 1 ? round(median) : `${round(median)} (${round(min)} to ${round(max)})`;

/** Three digits, none of them before the point lost. */
const round = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const describe = (setting: Row['setting']) =>
  Object.entries(setting)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

const pick = (setting: Row['setting'], names: readonly string[]) =>
  Object.fromEntries(Object.entries(setting).filter(([name]) => names.includes(name)));

/** The common settings of all rows, and the names of the others. */
function splitSettings(rows: readonly Row[]) {
  const { setting } = rows[0]!;
  const names = Object.keys(setting);
  const same = (name: string) => rows.length > 1 && rows.every((row) => row.setting[name] === setting[name]);
  return { constant: pick(setting, names.filter(same)), varying: names.filter((name) => !same(name)) };
}
