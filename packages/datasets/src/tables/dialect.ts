// How a table is written: its delimiter, its line ends, and whether its first line names the columns.
import { ExpectationError } from '@flowvae/tensor/plain';
import { endlessRecord, longestRecord, papaParse, type Separators } from './csv-records.ts';
import { numberOf } from './field.ts';
import { countLineFeeds, textChunks } from './text-chunks.ts';

/** A dialect by the caller; the rest is found in the file. */
export interface DialectOptions {
  /** The character between fields. Default: tab in `.tsv` and `.tab` files, else found. */
  readonly delimiter?: string;
  /** Whether the first line names the columns. Default: found. */
  readonly header?: boolean;
}

export interface Dialect extends Separators {
  readonly hasHeader: boolean;
  /** The fields of the first line. */
  readonly first: readonly string[];
  readonly notes: readonly string[];
}

/** In this order: who chose one of the first meant it, while commas also stand in numbers and in prose. */
const delimiters: Readonly<Record<string, string>> = { '\t': 'tab', ';': 'semicolon', '|': 'bar', ',': 'comma' };

const SAMPLE_CHARACTERS = 2 ** 16;
const SAMPLE_LINES = 20;
const SAMPLE_RECORDS = 1000;

const MOST_COLUMNS = 2 ** 17;

/**
 * The dialect of a file by its first 1,000 records.
 *
 * - delimiter: the first of tab, semicolon, bar and comma that gives every record as many fields, at least two; where
 *   none does, the one with the most fields in the first record
 * - header: the first line holds no number, and stands over a column of numbers or repeats nothing
 *
 * @param missing fields that stand for a missing value
 * @throws ExpectationError where the file is empty or no text, or its first line holds names and numbers
 */
export async function findDialect(
  path: string,
  options: DialectOptions,
  missing: ReadonlySet<string>,
): Promise<Dialect> {
  const sample = await sampleOf(path);
  const newline = sample.text.includes('\n') || !sample.text.includes('\r') ? '\n' : '\r';
  const recordsBy = await reader(sample, newline);
  const found = delimiterOf(path, options, recordsBy);
  const [first, ...rest] = recordsBy(found.delimiter);
  if (!first) throw emptyTable(path, sample.text);
  checkWidth(path, first.length);
  const header = headerOf(path, options, { first, rest, missing });
  return {
    delimiter: found.delimiter,
    newline,
    hasHeader: header.isThere,
    first,
    notes: [found.note, header.note].filter((note) => note !== ''),
  };
}

const emptyTable = (where: string, text: string) =>
  new ExpectationError({
    where,
    expected: 'a table',
    received: text === '' ? 'an empty file' : 'empty lines only',
  });

interface Sample {
  readonly text: string;
  /** Whether the file goes on. */
  readonly isCut: boolean;
}

/** The first pieces of a file: more where its lines are long. */
async function sampleOf(path: string): Promise<Sample> {
  let text = '';
  for await (const piece of textChunks(path)) {
    text += piece;
    const hasLines = text.length >= SAMPLE_CHARACTERS && countLineFeeds(text) >= SAMPLE_LINES;
    if (hasLines) return { text, isCut: true };
    if (text.length < longestRecord) continue;
    if (!/[\r\n]/.test(text)) throw endlessRecord(path, 1);
    return { text, isCut: true };
  }
  return { text, isCut: false };
}

type Records = readonly (readonly string[])[];

/** The records of a sample under a delimiter, empty lines left out; of a part, without the record that is cut. */
async function reader(sample: Sample, newline: Separators['newline']) {
  const papa = await papaParse();
  return (delimiter: string, most = Number.POSITIVE_INFINITY): Records => {
    const text = sample.text.slice(0, most);
    const { data } = papa.parse<string[]>(text, { delimiter, newline, preview: SAMPLE_RECORDS });
    const isCut = (sample.isCut || text.length < sample.text.length) && data.length < SAMPLE_RECORDS;
    const whole = isCut && data.length > 1 ? data.slice(0, -1) : data;
    const trimmed = whole.map((fields) => fields.map((field) => field.trim()));
    return trimmed.filter((fields) => fields.length > 1 || fields[0] !== '');
  };
}

/** Enough to tell delimiters apart, and all four are tried on it. */
const DELIMITER_CHARACTERS = 2 ** 18;

function delimiterOf(path: string, options: DialectOptions, recordsBy: (delimiter: string, most: number) => Records) {
  if (options.delimiter !== undefined) return { delimiter: checkedDelimiter(options.delimiter), note: '' };
  if (/\.(tsv|tab)(\.gz)?$/i.test(path)) return { delimiter: '\t', note: '' };
  const trials = Object.keys(delimiters).map((delimiter) =>
    trialOf(delimiter, recordsBy(delimiter, DELIMITER_CHARACTERS)),
  );
  const regular = trials.filter(({ isRegular }) => isRegular);
  const { delimiter } = regular[0] ?? trials.reduce((best, each) => (each.width >= best.width ? each : best));
  const others = regular.slice(1).map((other) => delimiters[other.delimiter]);
  const doubt = others.length > 0 ? `; ${others.join(' and ')} would give every line as many fields, too` : '';
  return { delimiter, note: `The delimiter is a ${delimiters[delimiter]}, found in the file${doubt}.` };
}

interface Trial {
  readonly delimiter: string;
  /** Fields of the first record. */
  readonly width: number;
  /** Whether every record has as many, at least two. One record alone tells nothing. */
  readonly isRegular: boolean;
}

function trialOf(delimiter: string, records: Records): Trial {
  const width = records[0]?.length ?? 0;
  const isRegular = width > 1 && records.length > 1 && records.every((fields) => fields.length === width);
  return { delimiter, width, isRegular };
}

function checkedDelimiter(delimiter: string): string {
  if (delimiter.length === 1 && !/["\r\n\ufeff\w.+-]/.test(delimiter)) return delimiter;
  throw new ExpectationError({
    where: 'readTable: delimiter',
    expected: 'one character, no letter, digit, quote, sign, point or line end',
    received: JSON.stringify(delimiter),
  });
}

function checkWidth(path: string, columns: number): void {
  if (columns <= MOST_COLUMNS) return;
  throw new ExpectationError({
    where: `${path}: line 1`,
    expected: `at most ${MOST_COLUMNS} columns`,
    received: String(columns),
  });
}

interface Lines {
  readonly first: readonly string[];
  readonly rest: Records;
  readonly missing: ReadonlySet<string>;
}

function headerOf(path: string, options: DialectOptions, lines: Lines): { isThere: boolean; note: string } {
  if (options.header !== undefined) return { isThere: options.header, note: '' };
  const { first } = lines;
  const number = first.find((field) => !lines.missing.has(field) && isNumber(field));
  const name = first.find((_, column) => standsOverNumbers(column, lines));
  if (number !== undefined && name !== undefined) {
    throw new ExpectationError({
      where: `${path}: line 1`,
      expected: 'the names of the columns, or values',
      received: `${JSON.stringify(name)} over a column of numbers, and the number ${number}`,
      remedy: 'say by `header` whether the first line names the columns',
    });
  }
  if (number !== undefined) return { isThere: false, note: 'There is no header: the first line holds numbers.' };
  if (name !== undefined) return { isThere: true, note: 'The first line is the header: it stands over numbers.' };
  return first.length > 0 && repeats(lines)
    ? { isThere: false, note: 'There is no header: the first line repeats a value, or later lines do.' }
    : { isThere: true, note: 'The first line is taken as the header: none of its fields comes again.' };
}

const isNumber = (field: string) => !Number.isNaN(numberOf(field));

/** Whether the first field of a column is text, and all others are numbers. */
function standsOverNumbers(column: number, { first, rest, missing }: Lines): boolean {
  const present = (field: string | undefined) => field !== undefined && !missing.has(field);
  const name = first[column];
  if (!present(name) || isNumber(name!)) return false;
  const values = rest.map((fields) => fields[column]).filter(present);
  return values.length > 0 && values.every((field) => isNumber(field!));
}

/** Whether a field of the first line comes twice in it, is missing, or comes again in its column. */
function repeats({ first, rest, missing }: Lines): boolean {
  const isRepeated = (field: string, column: number) =>
    (field !== '' && missing.has(field)) || rest.some((fields) => fields[column] === field);
  return new Set(first).size < first.length || first.some(isRepeated);
}
