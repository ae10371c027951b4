// Which sources are mutated, and which tests judge them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './suite.ts';

/** Packages whose sources are mutated. */
export const roomNames = ['distributions', 'evaluation', 'flows', 'objectives'];

/** Tests that run in the process itself; tests that start other processes would not see a change made in memory. */
const testFolders = ['distributions', 'objectives', 'flows', 'training', 'evaluation', 'vae'];

/** Files below a folder that end as wanted, as paths from the root, sorted. */
const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.includes('node_modules'))
    .map((path) => join(folder, path))
    .toSorted();

export const sourcesOf = (room: string): string[] => filesBelow(`packages/${room}/src`, '.ts');

export const roomOf = (source: string): string => source.split('/')[1]!;

export const allSources = (): string[] => roomNames.flatMap(sourcesOf);

export const testFiles = (): string[] => testFolders.flatMap((folder) => filesBelow(`test/${folder}`, '.test.ts'));

/** The files that tests build on. */
export const testSupport = (): string[] => ['laws', 'cases'].flatMap((folder) => filesBelow(`test/${folder}`, '.ts'));

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
