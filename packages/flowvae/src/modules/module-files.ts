// The files of a user's module, by their checksums: a run records them, since a run folder holds no code.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';

/** A file of a module. */
export interface ModuleFile {
  /** Relative to the module's folder, with slashes. */
  readonly path: string;
  readonly sha256: string;
}

/** A module as a run's config records it. */
export interface ModuleRecord {
  /** The absolute path of the module. */
  readonly path: string;
  /** The name and the version of the npm package that it is, if it is one. */
  readonly package?: string | undefined;
  readonly version?: string | undefined;
  /** The module and the files of its author that it imports, sorted by their paths; without those of other packages. */
  readonly files: readonly ModuleFile[];
}

/** The schema of {@link ModuleRecord}. */
export const moduleRecord = z.strictObject({
  path: z.string(),
  package: z.string().optional(),
  version: z.string().optional(),
  files: z.array(z.strictObject({ path: z.string(), sha256: z.string() })).min(1),
});

/** The files of a module by their absolute paths, with their checksums. */
export function moduleFiles(module: string, paths: readonly string[]): ModuleFile[] {
  const folder = dirname(module);
  const named = paths.map((path) => ({ path: relative(folder, path).split(sep).join('/'), sha256: sha256Of(path) }));
  return named.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files of a record that have changed, or are gone. @param path the module, where it is now */
export const changedFiles = (record: ModuleRecord, path = record.path): string[] =>
  record.files
    .filter((file) => {
      const place = join(dirname(path), file.path);
      return !existsSync(place) || sha256Of(place) !== file.sha256;
    })
    .map((file) => file.path);

/** Options of {@link refuseChangedModule}. */
export interface ChangedModuleOptions {
  /** The place of the record, for errors: `runs/a/config.json: plugins`. */
  readonly where: string;
  /** The module, where it is now. Default: its place in the record. */
  readonly path?: string | undefined;
  /** A way to name the module's new place: `--plugin <file>`. */
  readonly option: string;
}

/**
 * Compares the files of a module with their record, before its code runs.
 *
 * @throws ExpectationError that names the files that differ, or the module that is gone
 */
export function refuseChangedModule(record: ModuleRecord, { where, option, path }: ChangedModuleOptions): void {
  const place = resolve(path ?? record.path);
  if (!existsSync(place)) {
    const remedy = `name its place with ${option}`;
    throw new ExpectationError({ where, expected: 'the module of the run', received: `no file ${place}`, remedy });
  }
  const changed = changedFiles(record, place);
  if (changed.length === 0) return;
  throw new ExpectationError({
    where,
    expected: `${place} as it was when the run began`,
    received: `changes in ${changed.join(', ')}`,
    remedy: 'put the files back, or pass --changed-model to run the changed code',
  });
}

const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
