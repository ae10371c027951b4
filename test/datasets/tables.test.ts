// CSV and TSV files as pandas writes them give the values that pandas reads; faults are refused by line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readTable, type Table, type TableOptions } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor/plain';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** The table of a text. */
function tableOf(text: string | Uint8Array, options: TableOptions = {}, name = 'table.csv'): Promise<Table> {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, text);
  return readTable(path, options);
}

/** Its error, without the folder. */
async function refusal(text: string | Uint8Array, options: TableOptions = {}): Promise<string> {
  const error = await tableOf(text, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ExpectationError);
  return (error as Error).message.replace(/^.*?\d+-table\.csv/, 'table.csv');
}

type Cell = number | string | null;

/** The rows of a table as the file has them: numbers, names of classes, null. */
function rowsOf({ values, mask, columns }: Table): Cell[][] {
  const [rows = 0, width = 0] = values.shape;
  const [numbers, observed] = [new Float32Array(rows * width), mask.readBytes!(0, rows)];
  values.read(0, rows, numbers);
  return Array.from({ length: rows }, (_, row) =>
    columns.map(({ at, width: own, kind, classes }) => {
      const start = row * width + at;
      const own01 = numbers.subarray(start, start + own);
      const seen = new Set(observed.subarray(start, start + own));
      expect(seen.size).toBe(1); // all columns of a class are observed, or none is
      if (seen.has(0)) {
        expect(own01.every((value) => value === 0)).toBe(true);
        return null;
      }
      if (kind === 'numeric') return own01[0]!;
      expect([...own01].sort().join('')).toBe(`${'0'.repeat(own - 1)}1`);
      return classes[own01.indexOf(1)]!;
    }),
  );
}

const columnOf = (table: Table, name: string) => {
  const place = table.columns.findIndex((column) => column.name === name);
  return rowsOf(table).map((row) => row[place]!);
};

interface Expected {
  readonly told: TableOptions;
  readonly columns: readonly { readonly name: string; readonly values: readonly Cell[] }[];
}

const reference = fileURLToPath(new URL('../reference/tables/', import.meta.url));
const pandas: Record<string, Expected> = JSON.parse(readFileSync(join(reference, 'pandas.json'), 'utf8'));

describe('readTable on files of pandas', () => {
  it.each(Object.entries(pandas))('gives the values of %s', async (name, { told, columns }) => {
    const table = await readTable(join(reference, name), told);
    expect(table.columns.map((column) => column.name)).toEqual(columns.map((column) => column.name));
    for (const { name, values } of columns) {
      const isNumeric = values.every((value) => typeof value !== 'string');
      expect(table.columns.find((column) => column.name === name)!.kind).toBe(isNumeric ? 'numeric' : 'categorical');
      const wanted = values.map((value) => (typeof value === 'number' ? Math.fround(value) : value));
      expect(columnOf(table, name)).toEqual(wanted);
    }
    const holes = table.mask.readBytes!(0, table.mask.shape[0]!).filter((observed) => observed === 0).length;
    expect(table.missing).toBe(holes);
  });
});

describe('readTable on columns', () => {
  const text = 'id,age,colour,kind\n1,3.5,red,b\n2,NA,blue,a\n3,-1e3,,b\n';

  it('makes classes one-hot, keeps holes as zeros, and names the columns', async () => {
    const table = await tableOf(text, { label: 'kind', leaveOut: ['id'] });
    expect(table.names).toEqual(['age', 'colour=blue', 'colour=red']);
    expect(table.values.shape).toEqual([3, 3]);
    const values = new Float32Array(9);
    table.values.read(0, 3, values);
    expect([...values]).toEqual([3.5, 0, 1, 0, 1, 0, -1000, 0, 0]);
    expect([...table.mask.readBytes!(0, 3)]).toEqual([1, 1, 1, 0, 1, 1, 1, 0, 0]);
    expect(table.missing).toBe(3);
    expect(table.labels).toEqual({ name: 'kind', classes: ['a', 'b'], values: Int32Array.of(1, 0, 1) });
  });

  it('takes columns by name and by place, in the order of the file', async () => {
    const table = await tableOf(text, { columns: [2, 'age'], label: -1 });
    expect(table.columns.map(({ name, kind, at, width }) => [name, kind, at, width])).toEqual([
      ['age', 'numeric', 0, 1],
      ['colour', 'categorical', 1, 2],
    ]);
    expect(table.labels?.name).toBe('kind');
  });

  it('sorts classes as numbers where all are', async () => {
    const { labels } = await tableOf('x,y\n1,10\n2,9\n3,10\n', { label: 'y' });
    expect(labels?.classes).toEqual(['9', '10']);
  });

  it.each([
    ['a number in JavaScript only', '0x10', 'categorical'],
    ['a number with an underscore', '1_000', 'categorical'],
    ['a sign, a point first, an exponent', '+.5E-3', 'numeric'],
    ['a point last', '7.', 'numeric'],
  ])('takes %s as %s', async (_name, field, kind) => {
    expect((await tableOf(`x\n1\n${field}\n`)).columns[0]!.kind).toBe(kind);
  });

  it('takes other fields as missing where they are named', async () => {
    const table = await tableOf('x\n1\n-9\nNA\n', { missing: ['-9', 'NA'] });
    expect(rowsOf(table)).toEqual([[1], [null], [null]]);
    const other = await tableOf('x,y\n1,\n2,a\n', { missing: [] });
    expect(other.columns[1]).toMatchObject({ kind: 'categorical', classes: ['', 'a'] });
  });

  it('leaves spaces around values, empty lines and an empty last column out', async () => {
    const table = await tableOf('a, b,\r\n1 , x,\r\n\r\n 2,x ,\r\n');
    expect(table.names).toEqual(['a', 'b=x']);
    expect(rowsOf(table)).toEqual([
      [1, 'x'],
      [2, 'x'],
    ]);
    expect(table.notes).toContain('Column "column2" is left out: it holds no value.');
  });
});

describe('readTable on dialects', () => {
  it.each([
    ['comma', 'a,b\n1,2\n', ','],
    ['semicolon', 'a;b\n1;2\n', ';'],
    ['tab', 'a\tb\n1\t2\n', '\t'],
    ['bar', 'a|b\n1|2\n', '|'],
  ])('finds a %s', async (name, text) => {
    const table = await tableOf(text);
    expect(table.names).toEqual(['a', 'b']);
    expect(table.notes[0]).toBe(`The delimiter is a ${name}, found in the file.`);
  });

  it('says where a second delimiter would do, and takes the one that is given', async () => {
    const text = 'a,b;c\nx,2;y\n';
    const { notes } = await tableOf(text);
    expect(notes[0]).toBe(
      'The delimiter is a semicolon, found in the file; comma would give every line as many fields, too.',
    );
    expect((await tableOf(text, { delimiter: ',' })).columns[1]!.name).toBe('b;c');
  });

  it.each([
    ['numbers under text', 'a,b\nx,1\ny,2\n', 'The first line is the header: it stands over numbers.', 2],
    ['numbers at once', '1,x\n2,y\n', 'There is no header: the first line holds numbers.', 2],
    [
      'a value twice in the first line',
      'x,x\ny,x\n',
      'There is no header: the first line repeats a value, or later lines do.',
      2,
    ],
    [
      'a value that comes again',
      'p,q\nr,s\np,q\n',
      'There is no header: the first line repeats a value, or later lines do.',
      3,
    ],
    ['text only', 'p,q\nr,s\n', 'The first line is taken as the header: none of its fields comes again.', 1],
  ])('finds the header by %s', async (_name, text, note, rows) => {
    const table = await tableOf(text);
    expect(table.notes).toContain(note);
    expect(table.values.shape[0]).toBe(rows);
  });

  it('reads gzip under any name', async () => {
    const { names } = await tableOf(gzipSync('a,b\n1,2\n'));
    expect(names).toEqual(['a', 'b']);
  });

  it('reads records over the borders of its pieces, in quotes and in letters of several bytes', async () => {
    const long = '"ä,ö\r\n""ü"""';
    const rows = 150_000; // about 2.5 MiB: the borders fall anywhere
    const table = await tableOf(`a,b\r\n${`1.25,${long}\r\n`.repeat(rows)}`);
    expect(table.values.shape).toEqual([rows, 2]);
    expect(table.names).toEqual(['a', 'b=ä,ö\r\n"ü"']);
    const sum = new Float32Array(2 * rows);
    table.values.read(0, rows, sum);
    expect(sum.every((value, i) => value === (i % 2 ? 1 : 1.25))).toBe(true);
  });
});

describe('readTable refuses', () => {
  const words = (count: number) => Array.from({ length: count }, (_, i) => `name ${i}`);
  const cases: readonly [string, string | Uint8Array, TableOptions, string][] = [
    [
      'another number of fields',
      'a,b\n"1\n\n",2\n3\n',
      {},
      'table.csv: line 5: expected 2 fields, as in the first line, got 1; repair the line, or name the `delimiter` if it was guessed wrongly',
    ],
    [
      'text after a closing quote',
      'a,b\r\n"x\r\ny",2\r\n"x"y,3\r\n',
      {},
      'table.csv: line 4: expected a closing quote before a delimiter or the end of the line, got more text after it; write a quote inside a quoted field twice',
    ],
    [
      'a quote that is never closed',
      'a,b\n1,2\n3,"4\n5,6\n',
      {},
      'table.csv: line 3: expected a closing quote before a delimiter or the end of the line, got the end of the file; write a quote inside a quoted field twice',
    ],
    [
      'identifiers',
      `x,name\n${words(30)
        .map((name) => `1,${name}`)
        .join('\n')}`,
      {},
      'table.csv: column "name": expected numbers, or at most 1000 classes that come more than once, got 30 different values in 30 rows; leave the column out by `leaveOut`',
    ],
    [
      'too many classes',
      `x,name\n${[...words(1200), ...words(1200)].map((name) => `1,${name}`).join('\n')}`,
      {},
      'table.csv: column "name": expected numbers, or at most 1000 classes that come more than once, got more than 1000 different values in 2400 rows; leave the column out by `leaveOut`',
    ],
    [
      'one word among numbers',
      `x,y\n${Array.from({ length: 40 }, (_, i) => `${i / 8},${i === 20 ? 'n/a' : i}`).join('\n')}`,
      {},
      'table.csv: column "y", line 22: expected a number, as in 39 other rows, got "n/a"; name it among `missing`, or leave the column out by `leaveOut`',
    ],
    [
      'decimal commas',
      'x;y\n1;2,5\n2;3\n',
      {},
      'table.csv: column "y", line 2: expected numbers with a decimal point, got "2,5"; write numbers with points and without separators between thousands, or leave the column out by `leaveOut`',
    ],
    [
      'infinity',
      'x,y\n1,2\n2,-inf\n',
      {},
      'table.csv: column "y", line 3: expected numbers below 3.4e38, the largest of float32, got -inf; name it among `missing`, or leave the column out by `leaveOut`',
    ],
    [
      'numbers that float32 does not reach',
      'x\n1e39\n',
      {},
      'table.csv: column "x", line 2: expected numbers below 3.4e38, the largest of float32, got 1e39; name it among `missing`, or leave the column out by `leaveOut`',
    ],
    [
      'names and numbers in the first line',
      'id,2019\n7,1\n3,2\n',
      {},
      'table.csv: line 1: expected the names of the columns, or values, got "id" over a column of numbers, and the number 2019; say by `header` whether the first line names the columns',
    ],
    [
      'a name that comes twice',
      'a,a\n1,2\n',
      {},
      'table.csv: line 1: expected another name for every column, got "a" twice; rename one, or say `header: false` where the first line holds values',
    ],
    [
      'a missing label',
      'x,y\n1,a\n2,\n',
      { label: 'y' },
      'table.csv: column "y", line 3: expected a label in every row, got ""; name another column as `label`, or take the row out of the file',
    ],
    [
      'a column that is not there',
      'age,y\n1,a\n',
      { leaveOut: ['aeg'] },
      'table.csv: leaveOut: expected a column of the file: age, y, got "aeg"; did you mean age?',
    ],
    [
      'a place that is not there',
      'age,y\n1,a\n',
      { label: 2 },
      'table.csv: label: expected a name, or a whole number from -2 to 1, got 2',
    ],
    [
      'no column left',
      'age,y\n1,a\n',
      { columns: ['y'], label: 'y' },
      'table.csv: expected at least one column of values, got none is left',
    ],
    ['no rows', 'a,b\n', { header: true }, 'table.csv: expected rows of values, got a header only'],
    ['an empty file', '', {}, 'table.csv: expected a table, got an empty file'],
    ['empty lines', '\n \n', {}, 'table.csv: expected a table, got empty lines only'],
    [
      'more columns than anything has',
      `${','.repeat(2 ** 17)}\n1\n`,
      {},
      'table.csv: line 1: expected at most 131072 columns, got 131073',
    ],
    [
      'a long text without lines',
      'x'.repeat(2 ** 22),
      {},
      'table.csv: line 1: expected a record of at most 2097152 characters, got a longer one; a closing quote may be missing',
    ],
    [
      'another encoding',
      Buffer.from('a,b\n1,2\n3,\xe9\n', 'latin1'),
      {},
      'table.csv: line 3: expected text in UTF-8, got bytes that are none; save the file in UTF-8',
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'),
      {},
      'table.csv: line 1: expected text in UTF-8, got bytes that are none; save the file in UTF-8',
    ],
    ['bytes', 'a,b\n1,\0\n', {}, 'table.csv: line 2: expected text, got a byte 0'],
    [
      'damaged gzip',
      gzipSync('a,b\n1,2\n').subarray(0, 22),
      {},
      'table.csv: expected undamaged gzip data, got unexpected end of file',
    ],
    [
      'a delimiter of two letters',
      'a,b\n1,2\n',
      { delimiter: ', ' },
      'readTable: delimiter: expected one character, no letter, digit, quote, sign, point or line end, got ", "',
    ],
  ];

  it.each(cases)('%s', async (_name, text, options, message) => {
    expect(await refusal(text, options)).toBe(message);
  });

  it('damage behind the first MiB, by its line', async () => {
    const rows = 'abc,1.5\n'.repeat(400_000);
    const bytes = Buffer.concat([Buffer.from(`a,b\n${rows}`), Buffer.from('\xe9,1\n', 'latin1')]);
    expect(await refusal(bytes)).toContain('table.csv: line 400002: expected text in UTF-8');
    expect(await refusal(`a,b\n${rows}1\n`)).toContain('table.csv: line 400002: expected 2 fields');
    expect(await refusal(`a,b\n${rows}"x"y,1\n`)).toContain('table.csv: line 400002: expected a closing quote');
  });

  it('a record without end, before it takes memory', async () => {
    const message = await refusal(`a,b\n1,2\n3,"${'x'.repeat(20 * 2 ** 20)}\n`);
    expect(message).toBe(
      'table.csv: line 3: expected a record of at most 2097152 characters, got a longer one; a closing quote may be missing',
    );
  });

  it.each([
    ['no file', 'nothing.csv', 'ENOENT'],
    ['a folder', '.', 'a folder'],
  ])('%s', async (_name, name, received) => {
    await expect(readTable(join(folder, name))).rejects.toThrow(received);
  });
});

describe('readTable notes', () => {
  it.each([
    ['holes', 'x,y\n1,2\n,3\n4,2\n', 'Column "x" lacks 1 of 3 values, the first ("") in line 3.'],
    [
      'the number of the row',
      ',y\n0,2\n1,3\n2,2\n',
      'Column "column0" counts the rows: leave it out by `leaveOut` if it is only their number.',
    ],
    ['one value', 'x,y\n1,2\n1,3\n', 'Column "x" holds one value only, "1".'],
    ['rounding', 'x\n1\n16777217\n', 'Column "x" is rounded to float32: 16777217 in line 3 becomes 16777216.'],
    ['classes', 'x,y\n1,a\n2,b\n', 'Column "y" is categorical, with 2 classes.'],
    [
      'numbers among classes',
      'x,y\n1,1\n2,2\n3,more\n',
      'Column "y" is categorical, with 3 classes; 2 of 3 values are numbers, but not "more" in line 4.',
    ],
  ])('%s', async (_name, text, note) => {
    expect((await tableOf(text)).notes).toContain(note);
  });
});

describe('readTable on quoted fields', () => {
  const delimiters = [',', ';', '\t', '|'] as const;
  const field = fc
    .array(fc.constantFrom('a', 'é', '"', '""', ',', ';', '\t', '|', '\n', '\r\n', ' ', '1', '😀'), { maxLength: 6 })
    .map((parts) => `x${parts.join('')}x`);

  it('gives back quoted text, whatever stands in it, with the line of a wrong record', async () => {
    const row = fc.tuple(field, field, fc.integer({ min: -1e6, max: 1e6 }));
    const file = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 15 }),
      delimiter: fc.constantFrom(...delimiters),
      newline: fc.constantFrom('\n', '\r\n'),
      quotesAll: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(file, async ({ rows, delimiter, newline, quotesAll }) => {
        const quoted = (text: string) =>
          quotesAll || /["\n\r]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
        const lines = rows.map((cells) => cells.map((cell) => quoted(String(cell))).join(delimiter));
        const text = ['first', 'second', 'third'].join(delimiter) + newline + lines.map((l) => l + newline).join('');
        expect(rowsOf(await tableOf(text, { delimiter, header: true }))).toEqual(rows);
        const line = text.split('\n').length;
        expect(await refusal(`${text}x`, { delimiter, header: true })).toContain(`table.csv: line ${line}: expected 3`);
      }),
      { numRuns: 150 },
    );
  });
});
