// `flowvae runs` and `flowvae runs prune` over a folder with runs in every state, a sweep, links and other files.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runState } from '../../../packages/flowvae/src/run-list/run-state.ts';
import { flowvaeHere, jsonHere } from '../in-process.ts';
import { freshPath } from '../tiny-run.ts';
import { changed, checkpoint, finished, whileLocked, without } from './changed-runs.ts';

const DAYS = 24 * 3600;

/** Makes all files of a folder older. */
function aged(folder: string, days: number): void {
  const time = Date.now() / 1000 - days * DAYS;
  for (const name of readdirSync(folder, { recursive: true })) utimesSync(join(folder, String(name)), time, time);
}

/** A folder with a finished, a stopped and a damaged run, a sweep of two, a link to a run, and other files. */
function runsFolder() {
  const root = freshPath();
  mkdirSync(root);
  const at = (...names: readonly string[]) => join(root, ...names);
  changed(() => {}, at('done'));
  changed(without('report.json', checkpoint(6, 'json')), at('deep', 'er', 'part'));
  changed((folder) => truncateSync(join(folder, 'report.json'), 3), at('broken'));
  mkdirSync(at('sweep'));
  writeFileSync(at('sweep', 'sweep.json'), '{}');
  changed(() => {}, at('sweep', 'runs', 'lr-1-seed-0'));
  changed(without('report.json'), at('sweep', 'runs', 'lr-1-seed-1'));
  symlinkSync(finished, at('link'));
  writeFileSync(at('notes.txt'), 'mine');
  return { root, at };
}

const filesOf = (folder: string) => readdirSync(folder, { recursive: true }).map(String).toSorted();

describe('flowvae runs', () => {
  const { root, at } = runsFolder();

  it('lists runs with state, bounds and settings, those of a sweep under it, and follows no links', async () => {
    const { runs } = await jsonHere('runs', root);
    const states = runs.map((run: Record<string, unknown>) => [run.folder, run.state, run.step, run.group]);
    expect(states).toEqual([
      [at('broken'), 'damaged', 0, null],
      [at('deep/er/part'), 'stopped', 4, null],
      [at('done'), 'finished', 6, null],
      [at('sweep/runs/lr-1-seed-0'), 'finished', 6, at('sweep')],
      [at('sweep/runs/lr-1-seed-1'), 'stopped', 6, at('sweep')],
    ]);
    const report = JSON.parse(readFileSync(join(finished, 'report.json'), 'utf8'));
    const lines = readFileSync(join(finished, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const bounds = lines.map((line) => JSON.parse(line).validation?.elbo).filter((elbo) => elbo !== undefined);
    expect(runs[2]).toMatchObject({
      ...{ steps: 6, flow: 'planar*2', seed: 3, kind: 'training', reason: null },
      ...{ testElbo: report.testElbo, testNll: report.testNll, validationElbo: Math.max(...bounds) },
    });
    expect(runs[2].bytes).toBeGreaterThan(1000);
    expect(Date.now() - Date.parse(runs[2].changed)).toBeLessThan(10 * 60_000);
  });

  it('prints a table with groups, reasons and a sum', async () => {
    const { stdout } = await flowvaeHere(['runs', root]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^run +state +steps +validation +ELBO +NLL +flow +data +seed +age +size$/);
    expect(lines[3]).toMatch(
      /^done +finished +6\/6 +-\d+\.\d\d +-\d+\.\d\d +\d+\.\d\d +planar\*2 +\S+ +3 +\d+ s +\d+\.\d KiB$/,
    );
    expect(lines[4]).toBe(`${at('sweep')}:`);
    expect(lines[5]).toMatch(/^ {2}runs\/lr-1-seed-0 +finished/);
    expect(lines[7]).toMatch(/broken: damaged: .*report\.json: expected a JSON object/);
    expect(lines[8]).toMatch(/^5 runs: 2 stopped, 2 finished, 1 damaged; \d/);
  });

  it('filters by state, and sorts', async () => {
    const { runs } = await jsonHere('runs', root, '--state', 'stopped', '--sort', 'step');
    expect(runs.map(({ step }: { step: number }) => step)).toEqual([6, 4]);
    const { stdout } = await flowvaeHere(['runs', root, '--state', 'running']);
    expect(stdout).toBe(`no runs in ${root}\n`);
  });

  it('shows one run by its own folder', async () => {
    const { runs } = await jsonHere('runs', at('done'));
    expect(runs).toHaveLength(1);
  });

  it.each([
    [['runs', join(root, 'none')], /expected a folder with runs, got no such folder/],
    [['runs', join(root, 'notes.txt')], /expected a folder with runs, got a file/],
    [['runs', root, '--sort', 'nil'], /--sort: expected one of .*did you mean nll/],
    [['runs', 'prune', root, '--stopped-before', '30'], /--stopped-before: expected hours, days or weeks/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await flowvaeHere(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('flowvae runs prune', () => {
  it('says what it would remove, and removes nothing', async () => {
    const { root } = runsFolder();
    const before = filesOf(root);
    const { stdout } = await flowvaeHere(['runs', 'prune', root]);
    expect(stdout).toMatch(/done +checkpoints +6 files +\d+\.\d KiB\n/);
    expect(stdout).toMatch(/would remove \d+\.\d KiB: pass --yes/);
    expect(filesOf(root)).toEqual(before);
  });

  it('removes checkpoints of finished runs and remains, and nothing else', async () => {
    const { root, at } = runsFolder();
    const remains = ['deep/er/part/checkpoints/step-000000006.json.damaged', 'done/model.safetensors.7.partial'];
    const fresh = 'done/report.html.8.partial'; // a living process may be writing it
    const others = ['half.partial', 'step-000000002.json', 'broken/checkpoints/step-000000002.json.damaged'];
    for (const name of [...remains, ...others]) writeFileSync(at(name), 'x');
    aged(root, 1);
    writeFileSync(at(fresh), 'x');
    const before = filesOf(root);
    const { removed, bytes, removals } = await jsonHere('runs', 'prune', root, '--yes');
    const ofCheckpoints = ['done', 'sweep/runs/lr-1-seed-0'].flatMap((run) =>
      [2, 4, 6].flatMap((step) => ['json', 'safetensors'].map((ending) => `${run}/${checkpoint(step, ending)}`)),
    );
    const expected = [...ofCheckpoints, ...remains];
    expect(filesOf(root)).toEqual(before.filter((name) => !expected.includes(name)));
    const named = removals.flatMap(({ files }: { files: string[] }) => files).toSorted();
    expect([removed, named]).toEqual([true, expected.map((name) => at(name)).toSorted()]);
    expect(bytes).toBeGreaterThan(1000);
    expect(runState(at('done'))).toEqual({ state: 'finished', step: 6, steps: 6 });
    expect(runState(at('deep/er/part'))).toMatchObject({ state: 'stopped', step: 4 });
    expect(filesOf(finished)).toContain(checkpoint(6, 'json')); // it is behind a link
    expect((await jsonHere('runs', 'prune', root, '--yes')).removals).toEqual([]);
  });

  it('removes whole runs that stopped long ago, and no others', async () => {
    const { root, at } = runsFolder();
    aged(at('deep/er/part'), 31);
    aged(at('sweep/runs/lr-1-seed-1'), 29);
    aged(at('broken'), 31);
    await jsonHere('runs', 'prune', root, '--stopped-before', '30d', '--yes');
    expect(existsSync(at('deep/er/part'))).toBe(false);
    expect(filesOf(at('deep/er'))).toEqual([]);
    expect(runState(at('sweep/runs/lr-1-seed-1'))).toMatchObject({ state: 'stopped', step: 6 });
    expect(runState(at('broken'))?.state).toBe('damaged');
  });

  it('leaves a run alone while a process works on it', async () => {
    const { root, at } = runsFolder();
    for (const name of ['done', 'deep/er/part']) aged(at(name), 31);
    const before = [filesOf(at('done')), filesOf(at('deep/er/part'))];
    await whileLocked(at('done'), () =>
      whileLocked(at('deep/er/part'), () => flowvaeHere(['runs', 'prune', root, '--stopped-before', '1d', '--yes'])),
    );
    expect([filesOf(at('done')), filesOf(at('deep/er/part'))]).toEqual(before);
  });

  it('removes the rest of a run whose removal was killed', async () => {
    const { root, at } = runsFolder();
    const half = at('deep/old.pruned-123.partial');
    changed(without('config.json'), half);
    expect((await jsonHere('runs', root)).runs).toHaveLength(5);
    await jsonHere('runs', 'prune', root, '--yes');
    expect(existsSync(half)).toBe(false);
  });

  it('follows no link out of a run', async () => {
    const { root, at } = runsFolder();
    const elsewhere = changed(() => {});
    without('checkpoints')(at('done'));
    symlinkSync(join(elsewhere, 'checkpoints'), at('done/checkpoints'));
    symlinkSync(elsewhere, at('deep/er/part/restarts'));
    const before = filesOf(elsewhere);
    aged(at('deep'), 31);
    await jsonHere('runs', 'prune', root, '--stopped-before', '30d', '--yes');
    expect(existsSync(at('deep/er/part'))).toBe(false);
    expect(filesOf(elsewhere)).toEqual(before);
  });
});
