// The number of threads of runs whose users name none: measured once for each machine, and kept.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  type Machine,
  thisMachine,
  usualThreads,
} from '../../packages/flowvae/src/command/checks/requirements/usual-threads.ts';
import { program } from '../processes/programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** A machine whose steps get faster up to eight threads. */
function machine(given: Partial<Machine> = {}) {
  const measured: number[][] = [];
  const told: string[] = [];
  const whole: Machine = {
    cores: 16,
    cpu: 'a processor',
    file: join(folder, String(files++), 'cache', 'threads.json'),
    measure: async (counts) => {
      measured.push([...counts]);
      return counts.map((threads) => ({ threads, milliseconds: 20 / Math.min(threads, 8) }));
    },
    tell: (line) => told.push(line),
    ...given,
  };
  return { measured, told, whole };
}

it.each([1, 2, 3, 4])('a machine of %d cores uses all, unmeasured', async (cores) => {
  const { measured, whole } = machine({ cores });
  expect(await usualThreads(whole)).toBe(cores);
  expect(measured).toEqual([]);
});

it.each([
  [5, [4, 5]],
  [8, [4, 8]],
  [12, [4, 8, 12]],
  [16, [4, 8, 16]],
  [128, [4, 8, 16, 32]],
])('a machine of %d cores measures %j threads', async (cores, counts) => {
  const { measured, whole } = machine({ cores });
  await usualThreads(whole);
  expect(measured).toEqual([counts]);
});

it('a machine measures once, tells of it in one line, and keeps its choice', async () => {
  const { measured, told, whole } = machine();
  expect([await usualThreads(whole), await usualThreads(whole)]).toEqual([8, 8]);
  expect(measured).toHaveLength(1);
  expect(told).toEqual([
    `threads     8, the fewest that are nearly fastest for a step's products (4: 5.0 ms, 8: 2.5 ms, 16: 2.5 ms); kept in ${whole.file}`,
  ]);
});

it('machines that share a home keep a choice each', async () => {
  const one = machine();
  const other = machine({ cpu: 'another', cores: 8, file: one.whole.file });
  await usualThreads(one.whole);
  await usualThreads(other.whole);
  expect(Object.values(JSON.parse(readFileSync(one.whole.file, 'utf8')))).toEqual([8, 8]);
  expect([await usualThreads(one.whole), one.measured.length, other.measured.length]).toEqual([8, 1, 1]);
});

it('two first runs at once get the same choice', async () => {
  const first = machine();
  const second = machine({
    file: first.whole.file,
    measure: async (counts) => {
      await usualThreads(first.whole); // ends while this one measures
      return counts.map((threads) => ({ threads, milliseconds: 20 / threads }));
    },
  });
  expect(await usualThreads(second.whole)).toBe(8);
  expect(Object.values(JSON.parse(readFileSync(first.whole.file, 'utf8')))).toEqual([8]);
});

it('a machine that cannot measure uses four threads, and keeps nothing', async () => {
  const { whole } = machine({ measure: () => Promise.reject(new Error('no runtime')) });
  expect([await usualThreads(whole), existsSync(whole.file)]).toEqual([4, false]);
});

it('a file that is damaged, or holds no number of threads, is written anew', async () => {
  const { measured, whole } = machine();
  await usualThreads(whole);
  const [key] = Object.keys(JSON.parse(readFileSync(whole.file, 'utf8')));
  for (const text of [
    '{',
    '[]',
    JSON.stringify({ [key!]: 0 }),
    JSON.stringify({ [key!]: '8' }),
    JSON.stringify({ [key!]: 32 }),
  ]) {
    writeFileSync(whole.file, text);
    expect(await usualThreads(whole)).toBe(8);
  }
  expect(measured).toHaveLength(6);
});

it('a machine that cannot keep its choice uses four threads, so that equal commands give equal bytes', async () => {
  const blocked = join(folder, 'blocked');
  writeFileSync(blocked, '');
  chmodSync(blocked, 0o400);
  const { told, whole } = machine({ file: join(blocked, 'flowvae', 'threads.json') });
  expect([await usualThreads(whole), told]).toEqual([4, []]);
});

it('this machine measures in a process of its own', async () => {
  const { code, stdout, stderr } = await program(
    'packages/flowvae/src/command/checks/requirements/measure-threads.js',
    ['1', '2'],
  );
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).map(({ threads }: { threads: number }) => threads)).toEqual([1, 2]);
});

it('this machine keeps its choice below XDG_CACHE_HOME', () => {
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = folder;
  expect(thisMachine().file).toBe(join(folder, 'flowvae', 'threads.json'));
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});
