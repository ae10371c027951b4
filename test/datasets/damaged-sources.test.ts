// A damaged table or picture is read or refused in one line, within two seconds and 200 MiB.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Outcome } from './damaged-sources-program.ts';

const program = fileURLToPath(new URL('damaged-sources-program.ts', import.meta.url));
const COUNT = 300;

it('a damaged table or picture is read or refused, soon and in little memory', { timeout: 120_000 }, () => {
  const flags = ['--expose-gc', '--max-old-space-size=256', '--import', import.meta.resolve('tsx')];
  const args = [...flags, program, '0', String(COUNT)];
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 100_000 });
  expect([stderr, signal]).toEqual(['', null]);
  const outcomes: Outcome[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(outcomes.map(({ seed }) => seed)).toEqual(Array.from({ length: COUNT }, (_, seed) => seed));
  const refused = outcomes.filter(({ message }) => message !== '');
  expect(refused.length).toBeGreaterThan(COUNT / 3);
  expect(refused.length).toBeLessThan(COUNT);
  expect(refused.filter(({ message }) => !/^[^\n]+: expected [^\n]+, got [^\n]+$/.test(message))).toEqual([]);
  expect(outcomes.filter(({ milliseconds }) => milliseconds > 2000)).toEqual([]);
  expect(outcomes.at(-1)!.memory).toBeLessThan(200);
});
