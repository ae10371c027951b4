// The folder of a sweep: its description, and a run folder for each of its runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, readSealed, refuseUsedFolder, sealed, writeFileAtomically } from '@flowvae/runs/plain';
import type { Job } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import { type ModuleRecord, moduleRecord, refuseChangedModule } from '../modules/module-files.ts';

const planned = z.object({
  slug: z.string().regex(/^[A-Za-z0-9._-]+$/),
  index: z.int().min(0),
  module: z.string().optional(),
  /** Steps of the whole run. */
  steps: z.int().min(1),
  settings: z.record(z.string(), z.unknown()),
  set: z.record(z.string(), z.string()),
  values: z.record(z.string(), z.string()),
});

const stored = z.object({
  format: z.literal(1),
  version: z.string(),
  plugins: z.array(z.string()),
  /** Experiments and plug-ins of the user's own. */
  modules: z.array(moduleRecord),
  /** Successive halving; absent: all runs are done to their end. */
  halving: z.object({ factor: z.int().min(2), minSteps: z.int().min(1) }).optional(),
  trials: z.array(planned).min(1),
});

/** One run of a sweep with checked settings, as `train` takes them. */
export type PlannedTrial = z.infer<typeof planned> & Job;

/** The content of sweep.json. */
export type StoredSweep = Omit<z.infer<typeof stored>, 'modules'> & { readonly modules: readonly ModuleRecord[] };

const FILE = 'sweep.json';

/** The folder of one of a sweep's runs. */
export const runOf = (sweep: string, { slug }: Pick<Job, 'slug'>): string => join(sweep, 'runs', slug);

/** Whether a folder is that of a sweep. */
const isSweep = (folder: string): boolean => existsSync(join(folder, FILE));

/** Writes the description into a new or empty folder. */
export function writeSweep(folder: string, sweep: StoredSweep): void {
  refuseUsedFolder(folder);
  makeFolder(folder, '--out');
  writeFileAtomically(join(folder, FILE), sealed(sweep));
}

/** @throws ExpectationError for a folder that is none of a sweep, or whose description was changed */
export function readSweepFolder(folder: string): StoredSweep {
  if (!isSweep(folder)) {
    throw new ExpectationError({
      where: folder,
      expected: 'the folder of a sweep',
      received: existsSync(folder) ? `a folder without ${FILE}` : 'no such folder',
      remedy: 'name a folder that `flowvae sweep` wrote',
    });
  }
  const path = join(folder, FILE);
  const { success, data, error } = stored.safeParse(readSealed(path));
  if (success) return data;
  const [issue] = error.issues;
  const where = [path, ...issue!.path].join(': ');
  throw new ExpectationError({ where, expected: 'a sweep as flowvae writes it', received: issue!.message });
}

/** @throws ExpectationError for a module that has changed, or is gone, since the sweep began */
export function refuseChangedModules(folder: string, { modules }: StoredSweep): void {
  const where = `${join(folder, FILE)}: modules`;
  for (const record of modules) refuseChangedModule(record, { where, option: 'a new sweep' });
}
