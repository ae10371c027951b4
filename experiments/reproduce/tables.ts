// The tables of the READMEs, from the committed results.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExpectationError } from 'flowvae';
import { updateMarkedTables } from '../readme-tables.ts';
import { experiments } from './experiments.ts';
import { readResults } from './result-files.ts';

const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const readmes = [
  inHere('../README.md'),
  ...Object.keys(experiments).map((name) => inHere(`../${name}/README.md`)),
].filter(existsSync);

/**
 * Brings the tables between `<!-- results:<name> -->` and `<!-- /results:<name> -->` up to date; @returns the files
 * that differed.
 */
export const updateTables = ({ write }: { readonly write: boolean }): string[] =>
  updateMarkedTables({ tag: 'results', paths: readmes, table: committedTable, write });

function committedTable(name: string): string {
  const experiment = experiments[name]!;
  const { results, faults } = readResults(inHere(`../${name}/results`), experiment);
  const received = Object.entries(faults).map(([file, fault]) => `${file} (${fault})`);
  if (received.length > 0)
    throw new ExpectationError({ where: name, expected: 'results of its own only', received: received.join(', ') });
  return results.length === 0 ? 'Not run yet.\n' : experiment.table(results);
}
