// The type of a law's cases: made-up repositories that break it.
import type { FileMap } from './file-map.ts';

/** A law, and repositories that break it. */
export interface LawCase {
  readonly law: (files: FileMap) => string[];
  readonly mutants: Readonly<Record<string, { readonly files: FileMap; readonly reports: readonly string[] }>>;
}

/** A file of one package. */
export const flow = 'packages/flows/src/planar.ts';
export const manifest = (fields: object) => JSON.stringify(fields);
export const mutant = (files: FileMap, ...reports: string[]) => ({ files, reports });
