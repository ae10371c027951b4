// The state of a run, from the files of real runs: as they are left, and changed as kills and disks change them.
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { lockRun } from '@flowvae/runs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runState } from '../../../packages/flowvae/src/run-list/run-state.ts';
import { jsonHere } from '../in-process.ts';
import { freshPath, tinyData, tinyFlags } from '../tiny-run.ts';

/** A finished run of 6 steps with checkpoints of steps 2, 4 and 6. */
let finished: string;
beforeAll(async () => {
  finished = freshPath();
  const kept = ['--checkpoint-every', '2', '--keep-checkpoints', '3'];
  await jsonHere('train', ...tinyFlags(tinyData()), ...kept, '--out', finished, '-q');
});

/** A copy of the run, with a change. */
function changed(change: (folder: string) => void): string {
  const folder = freshPath();
  cpSync(finished, folder, { recursive: true });
  change(folder);
  return folder;
}

const without = (...names: readonly string[]) => {
  return (folder: string) => {
    for (const name of names) rmSync(join(folder, name), { recursive: true });
  };
};

const checkpoint = (step: number, ending: string) => `checkpoints/step-00000000${step}.${ending}`;

/** Adds fields to the report. */
const reporting = (fields: object) => (folder: string) => {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...fields }));
};

/** Holds the lock of a folder while a function looks. */
function whileLocked<T>(folder: string, look: () => T): T {
  const lock = lockRun(folder);
  try {
    return look();
  } finally {
    lock.release();
  }
}

/** Leaves a lock with these facts about its holder, last shown so many minutes ago. */
const locking = (facts: object, minutes: number) => (folder: string) => {
  const path = join(folder, 'run.lock');
  const text = whileLocked(folder, () => readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...JSON.parse(text), ...facts }));
  const shown = Date.now() / 1000 - 60 * minutes;
  utimesSync(path, shown, shown);
};

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
