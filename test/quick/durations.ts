// How long each test file takes, as the last full run on record measured it.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = fileURLToPath(new URL('..', import.meta.url));
const record = fileURLToPath(new URL('durations.json', import.meta.url));

/** Where vitest leaves its report; see vitest.config.ts. */
export const report = fileURLToPath(new URL('../node_modules/.vitest/report.json', import.meta.url));

/** The time of a file before its first test, mostly for loading TensorFlow.js, beside another; seconds. */
const LOADING = 0.6;

/** Seconds by test file, its path from the folder `test`. */
export type Durations = Readonly<Record<string, number>>;

/** The durations on record; nothing where there is no record yet. */
export const recorded = (): Durations => (existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {});

/** The cost of a file, with its loading; a file without a record counts as the median. */
export function costIn(durations: Durations): (file: string) => number {
  const sorted = Object.values(durations).toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return (file) => LOADING + (durations[file] ?? median);
}

/** The files in vitest's JSON report. */
export interface Report {
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[];
}

/** The durations with those of a report, and without files that are gone. */
export function updated(durations: Durations, { testResults }: Report, exists: (file: string) => boolean): Durations {
  const measured = testResults.map(({ name, startTime, endTime }) => [
    relative(tests, name).replaceAll('\\', '/'),
    Math.round((endTime - startTime) / 100) / 10,
  ]);
  const all: [string, number][] = Object.entries({ ...durations, ...Object.fromEntries(measured) });
  return Object.fromEntries(all.filter(([file]) => exists(file)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The file that holds the record. */
export const recordFile = record;
