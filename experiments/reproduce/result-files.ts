// Results in a folder, a JSON file each.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError, readObject } from 'flowvae';
import type { Entry, Experiment, Result } from './experiment.ts';

/** The path of an entry's result. */
export const resultPath = (folder: string, { slug }: Entry): string => join(folder, `${slug}.json`);

/**
 * Whether an entry has its result.
 *
 * @throws ExpectationError if the file exists but belongs to another entry, is damaged, or has another format: it is
 * not overwritten
 */
export function isDone(folder: string, entry: Entry, experiment: Experiment): boolean {
  const path = resultPath(folder, entry);
  if (!existsSync(path)) return false;
  const read = readResult(path, experiment);
  if ('result' in read) return true;
  throw new ExpectationError({
    where: path,
    expected: `a result of ${experiment.name}`,
    received: read.fault,
    remedy: 'move the file away to have the run done again',
  });
}

/** All results of an experiment in a folder, by name; and the faults of the JSON files that are no results. */
export function readResults(
  folder: string,
  experiment: Experiment,
): { readonly results: readonly Result[]; readonly faults: Readonly<Record<string, string>> } {
  const files = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  const results: Result[] = [];
  const faults: Record<string, string> = {};
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    const read = readResult(join(folder, file), experiment);
    if ('result' in read) results.push(read.result);
    else faults[file] = read.fault;
  }
  return { results, faults };
}

function readResult(path: string, { name, schema }: Experiment): { result: Result } | { fault: string } {
  try {
    const content = readObject(path);
    if (content.experiment !== name) return { fault: `experiment ${JSON.stringify(content.experiment)}` };
    const parsed = schema.safeParse(content);
    return parsed.success ? { result: content } : { fault: parsed.error.issues.map(described).join('; ') };
  } catch (error) {
    if (error instanceof ExpectationError) return { fault: error.message };
    throw error;
  }
}

const described = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }) =>
  `${path.join('.')}: ${message}`;
