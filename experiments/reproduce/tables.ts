// The tables of the READMEs, from the committed results.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExpectationError, readObject } from 'flowvae';
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
  const { results, others } = readResults(inHere(`../${name}/results`), name);
  if (others.length > 0)
    throw new ExpectationError({ where: name, expected: 'results of its own only', received: others.join(', ') });
  return results.length === 0 ? 'Not run yet.\n' : experiments[name]!.table(results);
}

/** All results of an experiment in a folder, by name; and the JSON files there that are none: another's, or damaged. */
export function readResults(
  folder: string,
  experiment: string,
): { readonly results: readonly Result[]; readonly others: readonly string[] } {
  const paths = existsSync(folder)
    ? readdirSync(folder)
        .toSorted()
        .map((file) => join(folder, file))
    : [];
  const read = paths
    .filter((path) => path.endsWith('.json'))
    .map((path) => ({ path, result: resultAt(path, experiment) }));
  return {
    results: read.flatMap(({ result }) => (result ? [result] : [])),
    others: read.filter(({ result }) => !result).map(({ path }) => basename(path)),
  };
}

function resultAt(path: string, experiment: string): Result | undefined {
  try {
    const result = readObject(path);
    return result.experiment === experiment ? result : undefined;
  } catch {
    return undefined; // damaged
  }
}
