// The state of a run, from the files of real runs: as they are left, and changed as kills and disks change them.
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runState } from '../../../packages/flowvae/src/run-list/run-state.ts';
import { compareInFolders } from '../../../packages/flowvae/src/target/comparison.ts';
import { targetRun } from '../../../packages/flowvae/src/target/target-run.ts';
import { jsonHere } from '../in-process.ts';
import { brief, checked, skewed, stoppingAt } from '../target/target-cases.ts';
import { freshPath } from '../tiny-run.ts';
import { changed, checkpoint, finished, locking, reporting, whileLocked, without } from './changed-runs.ts';

describe('the state of a run of train', () => {
  it('is finished with its report', () => {
    expect(runState(finished)).toEqual({ state: 'finished', step: 6, steps: 6 });
  });

  it('is finished where training stopped early', () => {
    expect(runState(changed(reporting({ steps: 4 })))).toEqual({ state: 'finished', step: 4, steps: 6 });
  });

  it.each<[string, (folder: string) => void, number]>([
    ['without a report', without('report.json'), 6],
    ['with the report of a stop', reporting({ unfinished: true, testElbo: null, steps: 4 }), 6],
    ['after an early version stopped', reporting({ version: undefined, testElbo: null, steps: 4 }), 6],
    ['at its latest checkpoint', without('report.json', checkpoint(6, 'json')), 4],
    [
      'before a damaged checkpoint',
      (folder) => {
        without('report.json')(folder);
        truncateSync(join(folder, checkpoint(6, 'safetensors')), 10);
        writeFileSync(join(folder, checkpoint(4, 'json')), '{}');
      },
      2,
    ],
    ['before any checkpoint', without('report.json', 'checkpoints', 'metrics.jsonl', 'model.safetensors'), 0],
    [
      'after a line of metrics that a kill cut',
      (folder) => {
        without('report.json')(folder);
        writeFileSync(join(folder, 'metrics.jsonl'), '{"step":', { flag: 'a' });
      },
      6,
    ],
    [
      'with the lock of a dead process',
      (folder) => {
        without('report.json')(folder);
        locking({ pid: 2 ** 22 + 1 }, 0)(folder);
      },
      6,
    ],
    [
      'with a lock elsewhere that is silent',
      (folder) => {
        without('report.json')(folder);
        locking({ host: `not-${hostname()}` }, 11)(folder);
      },
      6,
    ],
  ])('is stopped %s', (_, change, step) => {
    expect(runState(changed(change))).toEqual({ state: 'stopped', step, steps: 6 });
  });

  it('is running while a process of this machine holds the lock, though an earlier report is there', () => {
    const folder = changed(() => {});
    expect(whileLocked(folder, () => runState(folder))).toEqual({ state: 'running', step: 6, steps: 6 });
    expect(runState(folder)?.state).toBe('finished');
  });

  it('is running while a process elsewhere shows itself', () => {
    const folder = changed(locking({ host: `not-${hostname()}` }, 9));
    expect(runState(folder)?.state).toBe('running');
  });

  it.each(['config.json', 'metrics.jsonl', 'report.json'])('is running while %s cannot be read yet', (name) => {
    const folder = changed((copy) => writeFileSync(join(copy, name), '{"st\n'));
    expect(whileLocked(folder, () => runState(folder)?.state)).toBe('running');
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'config.json',
      (folder) => writeFileSync(join(folder, 'config.json'), '{'),
      /config\.json: expected a JSON object/,
    ],
    ['metrics.jsonl', (folder) => writeFileSync(join(folder, 'metrics.jsonl'), 'x\n'), /metrics\.jsonl: line 1/],
    ['report.json', (folder) => writeFileSync(join(folder, 'report.json'), ''), /report\.json: expected a JSON object/],
    ['model.safetensors', without('model.safetensors'), /model\.safetensors: expected a file, got no file/],
    [
      'all checkpoints',
      (folder) => {
        without('report.json')(folder);
        for (const step of [2, 4, 6]) without(checkpoint(step, 'safetensors'))(folder);
      },
      /step-000000006\.safetensors: expected a file of \d+ bytes, got no file/,
    ],
  ])('is damaged with a damaged %s', (_, change, reason) => {
    const state = runState(changed(change));
    expect([state?.state, state?.reason]).toEqual(['damaged', expect.stringMatching(reason)]);
  });

  it('writes nothing', () => {
    const before = readdirSync(finished, { recursive: true });
    runState(finished);
    expect(readdirSync(finished, { recursive: true })).toEqual(before);
  });

  it('is none in other folders', () => {
    const other = freshPath();
    expect(runState(other)).toBeUndefined();
    expect(existsSync(other)).toBe(false);
    const model = changed((copy) => without('metrics.jsonl', 'checkpoints', 'model.safetensors')(copy));
    writeFileSync(join(model, 'config.json'), '{"architectures":["GPT2"]}');
    expect(runState(model)).toBeUndefined();
    writeFileSync(join(model, 'config.json'), 'no JSON');
    expect(runState(model)).toBeUndefined();
  });
});

describe('the state of other runs', () => {
  const config = { ...brief, steps: 20 };
  const options = { checkpointEvery: 10 };

  it('counts the steps of all restarts of a target', async () => {
    const out = freshPath();
    const target = await checked(skewed(1), { ...config, restarts: 2 });
    await targetRun(target, { out, ...options, ...stoppingAt(/restart 2/) });
    expect(runState(out)).toMatchObject({ state: 'stopped', steps: 40 });
    expect(runState(out)!.step).toBeLessThan(40);
    await targetRun(target, { out, ...options, resume: true });
    expect(runState(out)).toEqual({ state: 'finished', step: 40, steps: 40 });
  });

  it('counts the steps of all guides of a comparison', async () => {
    const out = freshPath();
    const words = ['mean-field', 'planar*2'];
    const target = await checked(skewed(1), config);
    await compareInFolders(target, words, { out, ...options, ...stoppingAt(/guide 2 of 2/) });
    expect(runState(out)).toMatchObject({ state: 'stopped', steps: 40 });
    await compareInFolders(target, words, { out, ...options, resume: true });
    expect(runState(out)).toEqual({ state: 'finished', step: 40, steps: 40 });
  });

  it('is finished of a fitted prior with its report, and stopped without', async () => {
    const out = freshPath();
    await jsonHere('fit-prior', finished, '--flow', 'realnvp*2', '--steps', '2', '--draws', '1', '--out', out);
    expect(runState(out)).toEqual({ state: 'finished', step: 6, steps: 6 });
    without('report.json')(out);
    expect(runState(out)).toMatchObject({ state: 'stopped', reason: expect.stringMatching(/fit the prior again/) });
  });
});
