// The rows of settings, and tests of them: each file of tests takes a share.
import '../../processes/kept-threads.ts';
import { tf } from 'flowvae';
import { afterEach, it } from 'vitest';
import { type Command, commandNames } from './commands.ts';
import { type Covering, coveringRows, type Row } from './covering-rows.ts';
import { factors, isAllowed, settingsOf } from './setting-values.ts';
import { doAll } from './whole-run.ts';

export const covering: Covering = coveringRows(factors, isAllowed);

export const described = (row: Row): string => row.map(({ name, value }) => `${name} ${value}`).join(', ');

/** The value of a row's factor. */
const valueIn = (row: Row, factor: string) => row.find(({ name }) => name === factor)?.value;

/** Tests of every second row, for one of two files, which take a core each. @param first 0 or 1 */
export function testRows(first: number): void {
  afterEach(() => tf.disposeVariables()); // of commands that end with their process: each trace guards them all
  const rows = covering.rows.filter((_, i) => i % 2 === first);
  it.each(rows.map((row) => [described(row), row] as const))('a run does everything with %s', (_, row) =>
    doAll(settingsOf(row)!, {
      evaluate: valueIn(row, 'evaluate'),
      commands: [(valueIn(row, 'command') as Command | undefined) ?? commandNames[row.length % commandNames.length]!],
    }),
  );
}
