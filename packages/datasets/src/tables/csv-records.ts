// The records of a CSV file one after the other, with the lines where they begin; Papa Parse takes them apart.
import { Readable } from 'node:stream';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { ParseResult, Parser } from 'papaparse';
import { textChunks } from './text-chunks.ts';

/** The characters between fields and between records. */
export interface Separators {
  readonly delimiter: string;
  readonly newline: '\n' | '\r';
}

/** Takes the fields of a record, without the spaces around them, and the line where it begins, counted from 1. */
export type RecordVisitor = (fields: readonly string[], line: number) => void;

/**
 * Text that is held to find the end of one record: more, and a quote is missing somewhere. (A record of 100,000 numbers
 * is 1 to 2 MiB.)
 */
export const longestRecord = 2 ** 21;

type Papa = typeof import('papaparse');

/** The library, loaded when the first table is read. */
export async function papaParse(): Promise<Papa> {
  const module = await import('papaparse');
  return module.default;
}

/**
 * Visits the records of a file. Empty lines are none.
 *
 * @throws ExpectationError where the file cannot be read or a quote is wrong, and whatever `visit` throws
 */
export async function visitRecords(path: string, separators: Separators, visit: RecordVisitor): Promise<void> {
  const papa = await papaParse();
  const walk = recordWalk(path, separators.newline, visit);
  let given = 0;
  let isLast = false;
  async function* counted() {
    for await (const text of textChunks(path)) {
      given += text.length;
      yield text;
    }
    isLast = true;
  }
  const stream = Readable.from(counted());
  try {
    await new Promise<void>((resolve, reject) => {
      papa.parse<string[]>(stream, {
        ...separators,
        chunk(results: ParseResult<string[]>, parser: Parser) {
          try {
            walk.take(results);
            if (!isLast && given - results.meta.cursor > longestRecord) throw endlessRecord(path, walk.line());
          } catch (error) {
            reject(error); // before abort, which calls complete
            parser.abort();
          }
        },
        complete: () => resolve(),
        error: reject,
      });
    });
  } finally {
    stream.destroy();
  }
}

/** Follows lines through the records of successive results. */
function recordWalk(path: string, newline: string, visit: RecordVisitor) {
  let line = 1;
  return {
    line: () => line,
    take({ data, errors }: ParseResult<string[]>): void {
      // Of the record whose end is still to come, one error may be due to the end of the piece right after a quote.
      const quotes = errors.filter(({ type }) => type === 'Quotes');
      const whole = quotes.find(({ row }) => row! < data.length);
      const wrong = whole ?? (quotes.length > 1 ? quotes[0] : undefined);
      for (const [row, fields] of data.entries()) {
        if (row === wrong?.row) throw wrongQuote(path, line, wrong.code);
        const first = line;
        line += 1 + lineBreaks(fields, newline);
        for (let i = 0; i < fields.length; i++) fields[i] = fields[i]!.trim();
        if (fields.length > 1 || fields[0] !== '') visit(fields, first);
      }
      if (wrong) throw wrongQuote(path, line, wrong.code);
    },
  };
}

/** Line breaks inside quoted fields. */
function lineBreaks(fields: readonly string[], newline: string): number {
  let count = 0;
  for (const field of fields) {
    if (field.includes(newline)) count += field.split(newline).length - 1;
  }
  return count;
}

const wrongQuote = (path: string, line: number, code: string) =>
  new ExpectationError({
    where: `${path}: line ${line}`,
    expected: 'a closing quote before a delimiter or the end of the line',
    received: code === 'MissingQuotes' ? 'the end of the file' : 'more text after it',
    remedy: 'write a quote inside a quoted field twice',
  });

/** The refusal of a record whose end is not found. */
export const endlessRecord = (path: string, line: number) =>
  new ExpectationError({
    where: `${path}: line ${line}`,
    expected: `a record of at most ${longestRecord} characters`,
    received: 'a longer one',
    remedy: 'a closing quote may be missing',
  });
