// The tables of the READMEs, from the committed results.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExpectationError } from 'flowvae';
import { updateMarkedTables } from '../readme-tables.ts';
import type { Result } from './experiment.ts';
import { experiments } from './experiments.ts';
import { readResults } from './result-files.ts';

const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const readmes = [
  inHere('../README.md'),
  ...Object.keys(experiments).map((name) => inHere(`../${name}/README.md`)),
].filter(existsSync);

/**
 * Brings the tables between `<!-- results:<name> -->` and `<!-- /results:<name> -->` up to date, and those of
 * `verdicts` likewise; @returns the files that differed.
 */
export const updateTables = ({ write }: { readonly write: boolean }): string[] => {
  const results = updateMarkedTables({ tag: 'results', paths: readmes, table: committedTable, write });
  const verdicts = updateMarkedTables({ tag: 'verdicts', paths: readmes, table: committedVerdicts, write });
  return [...new Set([...results, ...verdicts])];
};

const committedTable = (name: string) => fromCommitted(name, (results) => experiments[name]!.table(results));
const committedVerdicts = (name: string) => fromCommitted(name, (results) => experiments[name]!.verdicts!(results));

function fromCommitted(name: string, text: (results: readonly Result[]) => string): string {
  const { results, faults } = readResults(inHere(`../${name}/results`), experiments[name]!);
  const received = Object.entries(faults).map(([file, fault]) => `${file} (${fault})`);
  if (received.length > 0)
    throw new ExpectationError({ where: name, expected: 'results of its own only', received: received.join(', ') });
  return results.length === 0 ? 'Not run yet.\n' : text(results);
}
