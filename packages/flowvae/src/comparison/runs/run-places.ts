// The runs behind the paths that a comparison is given: run folders, sweeps, and folders of runs.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readSealed } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import { variedColumns } from '../../sweep/configurations.ts';
import { eliminatedRuns } from '../../sweep/ranking.ts';
import type { RunPlace } from './run-record.ts';

const SWEEP = 'sweep.json';
const CONFIG = 'config.json';

/** The part of a sweep's record that a comparison reads. */
const sweep = z.object({
  trials: z.array(
    z.object({
      slug: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
      steps: z.number().default(0),
    }),
  ),
  halving: z.object({ factor: z.int().min(2), minSteps: z.int().min(1) }).optional(),
});

/**
 * The runs of all paths, each once; runs of one name are named by their paths.
 *
 * @throws ExpectationError for a path without runs, or a damaged sweep
 */
export function runPlaces(paths: readonly string[]): readonly RunPlace[] {
  const places = paths.flatMap(placesUnder);
  const distinct = [...new Map(places.map((place) => [resolve(place.path), place])).values()];
  const counts = new Map<string, number>();
  for (const { name } of distinct) counts.set(name, (counts.get(name) ?? 0) + 1);
  return distinct.map((place) => (counts.get(place.name) === 1 ? place : { ...place, name: place.path }));
}

function placesUnder(path: string): RunPlace[] {
  if (existsSync(join(path, SWEEP))) return placesOfSweep(path);
  if (existsSync(join(path, CONFIG))) return [{ path, name: basename(resolve(path)), values: {} }];
  const inside = isFolder(path)
    ? readdirSync(path)
        .toSorted()
        .map((name) => join(path, name))
    : [];
  const runs = inside.filter((each) => existsSync(join(each, CONFIG)));
  if (runs.length > 0) return runs.map((each) => ({ path: each, name: basename(each), values: {} }));
  throw new ExpectationError({
    where: `compare: ${path}`,
    expected: 'the folder of a run, of a sweep, or of several runs',
    received: existsSync(path) ? 'none of them' : 'no such folder',
  });
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

function placesOfSweep(path: string): RunPlace[] {
  const file = join(path, SWEEP);
  const { data, error } = sweep.safeParse(readSealed(file));
  if (data) return placesOf(path, data);
  const { path: at, message } = error.issues[0]!;
  throw new ExpectationError({ where: [file, ...at].join(': '), expected: 'the trials of a sweep', received: message });
}

function placesOf(path: string, { trials, halving }: z.infer<typeof sweep>): RunPlace[] {
  const [varied, eliminated] = [variedColumns(trials), eliminatedRuns(path, { trials, halving })];
  return trials.map(({ slug, values }) => ({
    path: join(path, 'runs', slug),
    name: slug,
    values,
    sweep: { path: resolve(path), varied, eliminatedAt: eliminated.get(slug) },
  }));
}
