// The tables of the READMEs, from the committed results.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { updateMarkedTables } from '../readme-tables.ts';
import type { Result } from './experiment.ts';
import { experiments } from './experiments.ts';

const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const readmes = [
  inHere('../../README.md'),
  ...Object.keys(experiments).map((name) => inHere(`../${name}/README.md`)),
].filter(existsSync);

/** Brings the tables between `<!-- results:<name> -->` and `<!-- /results:<name> -->` up to date; @returns the files that differed. */
export const updateTables = ({ write }: { readonly write: boolean }): string[] =>
  updateMarkedTables({ tag: 'results', paths: readmes, table: committedTable, write });

function committedTable(name: string): string {
  const results = readResults(inHere(`../${name}/results`));
  return results.length === 0 ? 'Not run yet.\n' : experiments[name]!.table(results);
}

/** All results in a folder, by name. */
export function readResults(folder: string): Result[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Result);
}
