// The rows of settings, and tests of them: each file of tests takes a share.
import { tf } from 'flowvae';
import { afterEach, it } from 'vitest';
import { type Covering, coveringRows, type Row } from './covering-rows.ts';
import { factors, isAllowed, settingsOf } from './setting-values.ts';
import { doAll } from './whole-run.ts';

export const covering: Covering = coveringRows(factors, isAllowed);

export const described = (row: Row): string => row.map(({ name, value }) => `${name} ${value}`).join(', ');

/**
 * Tests of every fourth row, for one of four files: processes that take turns need less memory than one. @param first 0
 * to 3
 */
export function testRows(first: number): void {
  afterEach(() => tf.disposeVariables()); // of commands that end with their process: each trace guards them all
  const rows = covering.rows.filter((_, i) => i % 4 === first);
  it.each(rows.map((row) => [described(row), row] as const))('a run does everything with %s', (_, row) =>
    doAll(settingsOf(row)!, row.find(({ name }) => name === 'evaluate')?.value),
  );
}
