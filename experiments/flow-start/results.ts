// The results that a folder holds, and the README's tables of the committed ones.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { updateMarkedTables } from '../readme-tables.ts';
import type { End } from './ends.ts';
import type { Start } from './starts.ts';
import { endsTable, startsTable } from './table.ts';

/** The kinds of results, each in a folder of its name. */
export interface Results {
  readonly starts: readonly Start[];
  readonly ends: readonly End[];
}

const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of committed results. */
export const committed = inHere('results');

/** Reads all results in a folder. */
export const resultsIn = (folder: string): Results => ({
  starts: filesIn<Start>(join(folder, 'starts')),
  ends: filesIn<End>(join(folder, 'ends')),
});

function filesIn<R>(folder: string): R[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as R);
}

/** Brings the README's tables up to date with the committed results; @returns whether they differed. */
export function updateReadme({ write }: { readonly write: boolean }): boolean {
  const { starts, ends } = resultsIn(committed);
  const table = (name: string) => (name === 'starts' ? startsTable(starts) : endsTable(ends));
  return updateMarkedTables({ tag: 'flow-start', paths: [inHere('README.md')], table, write }).length > 0;
}
