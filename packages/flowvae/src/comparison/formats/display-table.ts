// A comparison as cells of text: for the terminal, Markdown, LaTeX and the page.
import { plain, withError } from '../../target/text/numbers.ts';
import type { Comparison, ComparisonRow, MeasureSummary } from '../compare-runs.ts';
import type { GroupDifference } from '../table/differences.ts';

/** A column by its head; numbers stand on the right. */
interface DisplayColumn {
  readonly head: string;
  readonly isNumber: boolean;
}

/** A table of text. */
export interface DisplayTable {
  readonly columns: readonly DisplayColumn[];
  readonly rows: readonly (readonly string[])[];
}

/** A cell without a value. */
const NONE = '–';

/** The table that people read. */
export function displayTable(comparison: Comparison): DisplayTable {
  const { groupColumns, measureColumns, metric, level } = comparison;
  const text = (head: string): DisplayColumn => ({ head, isNumber: false });
  const number = (head: string): DisplayColumn => ({ head, isNumber: true });
  const isCompared = comparison.rows.length > 1;
  const decimals = commonDecimals(comparison.rows.map((row) => row.measures[metric.name]!.sd));
  return {
    columns: [
      ...groupColumns.map(text),
      number('seeds'),
      ...measureColumns.flatMap(({ name, label }) =>
        name === metric.name ? [number(label), number('sd')] : [number(label)],
      ),
      ...(isCompared
        ? [
            number(`difference to ${referenceWord(comparison)} [${percent(level)} interval]`),
            number('p'),
            text('verdict'),
          ]
        : []),
    ],
    rows: comparison.rows.map((row) => [
      ...groupColumns.map((name) => row.values[name]!),
      String(row.runs.length),
      ...measureColumns.flatMap(({ name }) =>
        measureCells(row.measures[name]!, name === metric.name ? decimals : undefined),
      ),
      ...(isCompared ? differenceCells(row, comparison) : []),
    ]),
  };
}

/** The reference in a word. */
const referenceWord = ({ reference }: Comparison): string => reference;

/** `95 %` */
const percent = (level: number): string => `${Number((100 * level).toPrecision(4))} %`;

/** The cells of a measure; with its standard deviation where the decimals of one are given. */
function measureCells({ mean, se, sd }: MeasureSummary, decimals: number | undefined): readonly string[] {
  const cell = Number.isNaN(mean) ? NONE : withError(mean, se);
  return decimals === undefined ? [cell] : [cell, Number.isNaN(sd) ? NONE : sd.toFixed(decimals)];
}

const MOST_DECIMALS = 6;

/** Decimals for all standard deviations of a column: two digits of the least one above zero. */
function commonDecimals(deviations: readonly number[]): number {
  const least = Math.min(...deviations.filter((sd) => sd > 0));
  return Number.isFinite(least) ? Math.min(MOST_DECIMALS, Math.max(0, 1 - Math.floor(Math.log10(least)))) : 0;
}

function differenceCells(
  { difference, verdict, isReference }: ComparisonRow,
  comparison: Comparison,
): readonly string[] {
  if (isReference || !difference || !verdict) return [NONE, NONE, referenceWord(comparison)];
  return [differenceCell(difference), pCell(difference.correctedP), verdict.words];
}

/** `1.23 [0.98, 1.48]`, with two digits of the error. */
function differenceCell({ value, se, interval }: GroupDifference): string {
  if (!(se > 0)) return plain(value);
  const decimals = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(se))));
  const [middle, from, to] = [value, interval.from, interval.to].map((each) => each.toFixed(decimals));
  return `${middle} [${from}, ${to}]`;
}

const SMALLEST_P = 0.001;

const pCell = (p: number) => (Number.isNaN(p) ? NONE : p < SMALLEST_P ? `<${SMALLEST_P}` : significant(p, 2));

const significant = (value: number, digits: number) => String(Number(value.toPrecision(digits)));

/** The lines under a table: how to read it, notices, and the runs that are not in it. */
export function footnotes(comparison: Comparison): readonly string[] {
  const { rows, comparisons, leftOut, notices, level } = comparison;
  return [
    ...(rows.length > 1 ? [reading(comparisons, level)] : []),
    ...(rows.some(({ verdict }) => verdict?.furtherSeeds ?? verdict?.rowsNeeded) ? [FORECAST] : []),
    ...notices,
    ...eliminated(leftOut.filter(({ isEliminated }) => isEliminated).length),
    ...leftOut.flatMap(({ name, reason, isEliminated }) => (isEliminated ? [] : [`left out: ${name}: ${reason}`])),
  ];
}

/** A line for all runs that halving took no further: its purpose is to end most of them. */
const eliminated = (runs: number): readonly string[] =>
  runs === 0 ? [] : [`${runs === 1 ? '1 run was' : `${runs} runs were`} eliminated by halving`];

const FORECAST =
  'seeds and rows that would decide it: if the true difference and the spreads are those observed, they tell it in four of five cases';

const reading = (comparisons: number, level: number) =>
  `mean ± standard error over seeds; p is corrected for ${comparisons === 1 ? 'one comparison' : `${comparisons} comparisons`} (Holm), intervals are not; a verdict needs p of ${Number((1 - level).toPrecision(4))} or less`;
