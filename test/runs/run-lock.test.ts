// The lock of a run folder while several processes ask for it: at most one ever holds it.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { removePartialFiles } from '../../packages/runs/src/files/atomic-file.ts';
import { LockedError, lockRun, type RunLock } from '../../packages/runs/src/run/run-lock.ts';
import { steppingInto } from './file-operations.ts';

let folder: string;
const folders: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowvae-lock-'));
  folders.push(folder);
});
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

const lockPath = () => join(folder, 'run.lock');
const attempt = (): RunLock | undefined => {
  try {
    return lockRun(folder);
  } catch {
    return undefined;
  }
};
const holder = (): Record<string, unknown> => {
  const lock = lockRun(folder);
  const held = JSON.parse(readFileSync(lockPath(), 'utf8'));
  lock.release();
  return held;
};
const GONE = 2 ** 22 + 1;

/** A lock that a dead process left, and its other remains. */
function leaveStale(isAfterCrash: boolean): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const stale = JSON.stringify({ ...holder(), pid: GONE });
  writeFileSync(lockPath(), stale);
  if (!isAfterCrash) return;
  // one that took it over died right after it had claimed it
  let claim: string | undefined;
  const look = () => {
    claim ??= readdirSync(folder).find((name) => name.endsWith('.claim'));
  };
  steppingInto(['rmSync'], look, () => lockRun(folder).release());
  writeFileSync(lockPath(), stale);
  writeFileSync(join(folder, claim!), JSON.stringify({ ...JSON.parse(stale), nonce: 'second' }));
}

/** Takes a stale lock while two others ask for it before the i-th and the j-th change that the first makes. */
function interleaved(i: number, j: number, isAfterCrash: boolean) {
  leaveStale(isAfterCrash);
  let count = 0;
  let isNested = false;
  const others: (RunLock | undefined)[] = [];
  const before = () => {
    if (isNested) return;
    count++;
    if (count !== i && count !== j) return;
    isNested = true;
    others.push(attempt());
    isNested = false;
  };
  const first = steppingInto(['writeFileSync', 'linkSync', 'renameSync', 'rmSync'], before, attempt);
  const holders = [first, ...others].filter((lock) => lock !== undefined);
  for (const lock of holders) lock.release();
  return { holders: holders.length, count };
}

describe.each([
  ['left by a crash', false],
  ['left by a crash, and claimed by a process that crashed too', true],
])('a lock %s', (_, isAfterCrash) => {
  it('is taken over by one of three processes at most, however they interleave', () => {
    const { holders, count } = interleaved(0, 0, isAfterCrash);
    expect(holders).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
    for (let i = 1; i <= count; i++) {
      for (let j = i + 1; j <= count + 1; j++) {
        expect([i, j, interleaved(i, j, isAfterCrash).holders <= 1]).toEqual([i, j, true]);
      }
    }
    expect(count).toBeGreaterThan(5);
  });
});

it('the files of a process that asks for the lock are not removed by the holder', () => {
  const asking = join(folder, 'run.lock.another.partial');
  const live = JSON.stringify(holder());
  writeFileSync(asking, live);
  removePartialFiles(folder);
  lockRun(folder).release();
  expect(readFileSync(asking, 'utf8')).toBe(live);
  writeFileSync(asking, JSON.stringify({ ...JSON.parse(live), pid: GONE }));
  lockRun(folder).release();
  expect(existsSync(asking)).toBe(false);
});

it('a lock of another process id namespace counts as one of another machine: its ids mean nothing here', () => {
  writeFileSync(lockPath(), JSON.stringify({ ...holder(), pid: GONE, pidNamespace: 'pid:[1]' }));
  expect(() => lockRun(folder)).toThrow(LockedError);
  expect(() => lockRun(folder)).toThrow(`process ${GONE} on`);
  const then = new Date(Date.now() - 11 * 60_000);
  utimesSync(lockPath(), then, then);
  lockRun(folder).release();
});

it('a lock shows that its holder lives while no step is done', () => {
  vi.useFakeTimers();
  try {
    const lock = lockRun(folder);
    const then = new Date(Date.now() - 11 * 60_000);
    utimesSync(lockPath(), then, then);
    vi.advanceTimersByTime(11_000);
    expect(statSync(lockPath()).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    lock.release();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
