// The files that a run keeps for the next: below node_modules, so in no commit.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './suite.ts';

const folder = join(root, 'test/node_modules/.mutation');

/** A short name of a text, other for every other text. */
export const digest = (...texts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 16);
};

export const readKept = (name: string): string | undefined => {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

function pathFor(name: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

export const keep = (name: string, text: string): void => writeFileSync(pathFor(name), text);

export const keepMore = (name: string, line: string): void => appendFileSync(pathFor(name), `${line}\n`);
