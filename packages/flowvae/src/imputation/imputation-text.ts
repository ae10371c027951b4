// Imputations and their errors as text for people.
import type { ChoiceScores, ColumnScores, NumberScores } from '@flowvae/evaluation';
import { counted, type nounOf } from '../report/counted.ts';
import type { HeldOutError } from './held-out-error.ts';
import { FEW_SAMPLES, type ImputedRows } from './impute-rows.ts';

/** Columns in a table of text; nobody reads more. */
const MOST_COLUMNS = 40;

/** The totals as lines. */
export function describeImputed(rows: ImputedRows, noun: ReturnType<typeof nounOf>): string[] {
  const { missingEntries, rowsWithMissing, samples, draws, rowsWithFewSamples: few } = rows;
  const missing = missingEntries === 1 ? '1 missing entry' : `${missingEntries} missing entries`;
  const entries = `entries     ${missing} in ${rowsWithMissing} of ${counted(rows.rows, noun)}`;
  if (rowsWithMissing === 0) return [entries];
  const [mean, least] = [rows.effectiveSampleSize.toFixed(1), rows.leastEffectiveSampleSize.toFixed(1)];
  return [
    `${entries}, ${counted(samples, 'importance sample')} and ${counted(draws, 'draw')} each`,
    `weights     effective sample size ${mean}, least ${least}`,
    ...(few > 0
      ? [
          `warning     below ${FEW_SAMPLES} effective samples for ${counted(few, noun)}, whose imputations cannot be trusted: take more --samples, or train longer`,
        ]
      : []),
  ];
}

/** The errors on held-out entries as lines: the rows and two tables, of numbers and of choices. */
export function describeHeldOut(error: HeldOutError, noun: ReturnType<typeof nounOf>): string[] {
  const { columns, overall, share, split, rows, entries } = error;
  const rest = columns.length - MOST_COLUMNS;
  const shown = columns.slice(0, MOST_COLUMNS);
  const numbers = shown.filter((each) => each.kind === 'number');
  const choices = shown.filter((each) => each.kind !== 'number');
  return [
    `held out    ${entries} observed ${entries === 1 ? 'entry' : 'entries'} (share ${share}) of ${counted(rows, noun)}, split ${split}`,
    ...(numbers.length > 0 ? aligned([numberHeader, ...numberLines(numbers, overall.number)]) : []),
    ...(choices.length > 0 ? aligned([choiceHeader, ...choiceLines(choices, overall)]) : []),
    ...(rest > 0 ? [`            ${counted(rest, 'more column')} in the overall numbers only; --json has all`] : []),
  ];
}

type Scored<K extends ColumnScores['kind']> = Extract<ColumnScores, { readonly kind: K }>;

const numberHeader = ['column', 'entries', 'RMSE', 'by mean', 'RMSE/deviation', 'by mean', 'in 90 % interval'];

/** Errors in the data's units have no sum over columns. */
function numberLines(columns: readonly Scored<'number'>[], overall: NumberScores): string[][] {
  const relative = (scores: NumberScores) => [
    fixed(scores.relativeRootMeanSquare),
    fixed(scores.baseline.relativeRootMeanSquare),
    `${fixed(100 * scores.coverage, 1)} %`,
  ];
  return [
    ...columns.map((scores) => [
      scores.name ?? String(scores.at),
      String(scores.entries),
      digits(scores.rootMeanSquare),
      digits(scores.baseline.rootMeanSquare),
      ...relative(scores),
    ]),
    ...(columns.length > 1 ? [['all numbers', String(overall.entries), '', '', ...relative(overall)]] : []),
  ];
}

const choiceHeader = ['column', 'entries', 'right', 'by frequency', 'log p (nats)', 'by frequency'];

function choiceLines(columns: readonly Scored<'bit' | 'category'>[], { bit, category }: HeldOutError['overall']) {
  const line = (name: string, { entries, correct, logProbability, baseline }: ChoiceScores) => [
    name,
    String(entries),
    `${fixed(100 * correct, 1)} %`,
    `${fixed(100 * baseline.correct, 1)} %`,
    fixed(logProbability),
    fixed(baseline.logProbability),
  ];
  const several = (kind: 'bit' | 'category') => columns.filter((column) => column.kind === kind).length > 1;
  return [
    ...columns.map((scores) => line(scores.name ?? String(scores.at), scores)),
    ...(several('bit') ? [line('all bits', bit)] : []),
    ...(several('category') ? [line('all categories', category)] : []),
  ];
}

const fixed = (value: number, places = 3) => (Number.isFinite(value) ? value.toFixed(places) : '–');
const digits = (value: number) => (Number.isFinite(value) ? value.toPrecision(4) : '–');

/** Words to the left, numbers to the right. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines.map(
    (line) =>
      `            ${line.map((word, i) => (i === 0 ? word.padEnd(widths[i]!) : word.padStart(widths[i]!))).join('  ')}`,
  );
}
