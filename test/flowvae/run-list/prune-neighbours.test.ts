// `runs prune` beside runs that somebody needs: those of a sweep under way, and runs inside the folder of another.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { flowvaeHere, jsonHere } from '../in-process.ts';
import { freshPath } from '../tiny-run.ts';
import { changed, whileLocked, without } from './changed-runs.ts';

/** A stopped run at a path. */
const stopped = (folder: string) => changed(without('report.json'), folder);
const prune = (root: string) => jsonHere('runs', 'prune', root, '--stopped-before', '0h', '--yes');

it('runs prune keeps the stopped runs of a sweep that a process is doing, and takes them afterwards', async () => {
  const sweep = freshPath();
  mkdirSync(join(sweep, 'runs'), { recursive: true });
  writeFileSync(join(sweep, 'sweep.json'), '{}');
  const run = stopped(join(sweep, 'runs/a'));
  const kept = await whileLocked(sweep, () => prune(sweep));
  expect([kept.removals, existsSync(run)]).toEqual([[], true]);
  expect((await prune(sweep)).removals).toMatchObject([{ run, what: 'whole run' }]);
  expect(existsSync(run)).toBe(false);
});

it('runs lists a run inside the folder of another, and prune keeps both', async () => {
  const outer = stopped(freshPath());
  const inner = changed(() => {}, join(outer, 'sub'));
  const { runs } = await jsonHere('runs', outer);
  expect(runs.map(({ state }: { state: string }) => state)).toEqual(['stopped', 'finished']);
  await prune(outer);
  expect([existsSync(join(outer, 'config.json')), existsSync(join(inner, 'model.safetensors'))]).toEqual([true, true]);
});

it('runs prune takes a path with a slash at its end', async () => {
  const run = stopped(freshPath());
  const { code } = await flowvaeHere(['runs', 'prune', `${run}/`, '--stopped-before', '0h', '--yes']);
  expect([code, existsSync(run)]).toEqual([0, false]);
});
