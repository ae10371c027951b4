// CSV and TSV files as pandas writes them give the values that pandas reads; faults are refused by line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readTable, type Table, type TableOptions } from '@flowvae/datasets';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal, tableOf } from './table-texts.ts';

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
