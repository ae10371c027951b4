// How a table is written: its delimiter, its line ends, and whether its first line names the columns.
import { ExpectationError } from '@flowvae/tensor/plain';
import { papaParse, type Separators } from './csv-records.ts';
import { numberOf } from './field.ts';
import { textChunks } from './text-chunks.ts';

/** What is said of a file instead of found in it. */
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

const SAMPLE_CHARACTERS = 2 ** 20;
const SAMPLE_RECORDS = 1000;

/**
 * The dialect of a file by its first 1,000 records.
 *
 * - delimiter: the first of tab, semicolon, bar and comma that gives every record as many fields, at least two
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
  const newline = sample.includes('\n') || !sample.includes('\r') ? '\n' : '\r';
  const recordsBy = await reader(sample, newline);
  const found = delimiterOf(path, options, recordsBy);
  const [first, ...rest] = recordsBy(found.delimiter);
  if (!first) throw new ExpectationError({ where: path, expected: 'a table', received: 'an empty file' });
  const header = headerOf(path, options, { first, rest, missing });
  return {
    delimiter: found.delimiter,
    newline,
    hasHeader: header.isThere,
    first,
    notes: [found.note, header.note].filter((note) => note !== ''),
  };
}

async function sampleOf(path: string): Promise<string> {
  let sample = '';
  for await (const text of textChunks(path)) {
    sample += text;
    if (sample.length >= SAMPLE_CHARACTERS) break;
  }
  return sample;
}

type Records = readonly (readonly string[])[];

/** The records of a sample under a delimiter, empty lines left out. */
async function reader(sample: string, newline: Separators['newline']): Promise<(delimiter: string) => Records> {
  const papa = await papaParse();
  const isCut = sample.length >= SAMPLE_CHARACTERS;
  return (delimiter) => {
    const { data } = papa.parse<string[]>(sample, { delimiter, newline, preview: SAMPLE_RECORDS });
    const whole = isCut && data.length < SAMPLE_RECORDS && data.length > 1 ? data.slice(0, -1) : data;
    const trimmed = whole.map((fields) => fields.map((field) => field.trim()));
    return trimmed.filter((fields) => fields.length > 1 || fields[0] !== '');
  };
}

function delimiterOf(path: string, options: DialectOptions, recordsBy: (delimiter: string) => Records) {
  if (options.delimiter !== undefined) return { delimiter: checkedDelimiter(options.delimiter), note: '' };
  if (/\.(tsv|tab)(\.gz)?$/i.test(path)) return { delimiter: '\t', note: '' };
  const regular = Object.keys(delimiters).filter((delimiter) => isRegular(recordsBy(delimiter)));
  const delimiter = regular[0] ?? mostFrequent(recordsBy);
  const others = regular.slice(1).map((other) => nameOf(other));
  const doubt = others.length > 0 ? `; ${others.join(' and ')} would give every line as many fields, too` : '';
  return { delimiter, note: `The delimiter is a ${nameOf(delimiter)}, found in the file${doubt}.` };
}

function checkedDelimiter(delimiter: string): string {
  if (delimiter.length === 1 && !/["\r\n\ufeff\w.+-]/.test(delimiter)) return delimiter;
  throw new ExpectationError({
    where: 'readTable: delimiter',
    expected: 'one character, no letter, digit, quote, sign, point or line end',
    received: JSON.stringify(delimiter),
  });
}

const nameOf = (delimiter: string) => delimiters[delimiter] ?? delimiter;

/** Whether every record has as many fields, at least two. */
function isRegular(records: Records): boolean {
  const width = records[0]?.length ?? 0;
  return width > 1 && records.every((fields) => fields.length === width);
}

/** For a file that no delimiter makes regular: its first wrong line is named when it is read. */
function mostFrequent(recordsBy: (delimiter: string) => Records): string {
  const width = (delimiter: string) => recordsBy(delimiter)[0]?.length ?? 0;
  return Object.keys(delimiters).reduce((best, each) => (width(each) > width(best) ? each : best), ',');
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
