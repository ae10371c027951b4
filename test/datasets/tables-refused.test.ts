// Faults of CSV and TSV files are refused by line, in one sentence.

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTable, type TableOptions } from '@flowvae/datasets';
import { describe, expect, it } from 'vitest';
import { folder, refusal } from './table-texts.ts';

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
