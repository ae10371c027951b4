// Tables written as text, and their errors.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable, type Table, type TableOptions } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor/plain';
import { expect } from 'vitest';

/** The folder of this file's tables. */
export const folder = mkdtempSync(join(tmpdir(), 'flowvae-tables-'));

let files = 0;

/** The table of a text. */
export function tableOf(text: string | Uint8Array, options: TableOptions = {}, name = 'table.csv'): Promise<Table> {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, text);
  return readTable(path, options);
}

/** Its error, without the folder. */
export async function refusal(text: string | Uint8Array, options: TableOptions = {}): Promise<string> {
  const error = await tableOf(text, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ExpectationError);
  return (error as Error).message.replace(/^.*?\d+-table\.csv/, 'table.csv');
}
