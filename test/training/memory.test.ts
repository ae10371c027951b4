// Memory follows bytes: every likelihood at the size of MNIST, in a process of its own, whose most memory is read at
// its end.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { likelihoods } from '@flowvae/vae';
import { describe, expect, it, test } from 'vitest';
import { RUN_BYTES, rowsWithin } from '../../packages/training/src/steps/run-size.ts';

const program = fileURLToPath(new URL('memory-program.ts', import.meta.url));
const MOST_MIB = 600;

/** The most memory after each thing that was done, MiB. */
function peaksOf(threads: number, what: string): Readonly<Record<string, number>> {
  const args = ['--import', import.meta.resolve('tsx'), program, String(threads), what];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const everyLikelihood = [...likelihoods.map(({ name }) => name), 'logistic-mixture(10)'];
const everyWay = ['validation', 'posterior statistics', 'encodings', 'annealed importance'];

it.each([
  [1, 'every likelihood', everyLikelihood],
  [2, 'every likelihood', everyLikelihood],
  [2, 'categorical in every way', everyWay],
  [2, 'refinement', ['refinement']],
])('an evaluation stays under 600 MiB (%i threads, %s)', { timeout: 120_000 }, (threads, what, expected) => {
  const peaks = peaksOf(threads, what);
  expect(Object.keys(peaks)).toEqual(expected);
  expect(expected.filter((name) => peaks[name]! >= MOST_MIB)).toEqual([]);
});

// a thread's isolate and session take some 20 MiB beside the values of a run
test('a further thread of an evaluation takes the bytes of a run once', { timeout: 120_000 }, () => {
  const [one, three] = [1, 3].map((threads) => peaksOf(threads, 'one evaluation')['one evaluation']!) as [
    number,
    number,
  ];
  expect((three - one) / 2).toBeLessThan(2.25 * (RUN_BYTES / 2 ** 20));
});

describe('rows of a run', () => {
  const megabyte = 2 ** 20;
  it.each([
    ['all of them where they fit', 500, (rows: number) => rows * 1000, 500],
    ['as many as fit', 500, (rows: number) => rows * megabyte, 32],
    ['as many as fit beside the constant part', 500, (rows: number) => (12 + rows) * megabyte, 20],
    ['as many as cost a large constant part again', 500, (rows: number) => (40 + rows) * megabyte, 40],
    ['one where none fits', 500, (rows: number) => rows * 100 * megabyte, 1],
    ['one of one', 1, (rows: number) => rows * 100 * megabyte, 1],
  ])('%s', (_, most, bytesAt, expected) => {
    expect(rowsWithin(most, bytesAt)).toBe(expected);
    expect(expected === 1 || bytesAt(expected) <= Math.max(RUN_BYTES, 2 * bytesAt(0))).toBe(true);
  });
});
