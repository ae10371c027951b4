// Reads the damaged files of some seeds; a JSON line before and after each, so that a process that dies leaves the seed
// behind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openData } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor/plain';
import { openArrays } from '../../packages/datasets/src/formats/open-arrays.ts';
import type { StoredArray } from '../../packages/datasets/src/stored/stored-array.ts';
import { peakMemoryMiB } from '../../packages/runs/src/metrics/peak-memory.ts';
import type { Reading } from './damage-campaign.ts';
import { damagedFile } from './damaged-file.ts';

const [first, count] = process.argv.slice(2).map(Number) as [number, number];
const folder = mkdtempSync(join(tmpdir(), 'flowvae-damage-'));

/** Numbers that are read at once. */
const MOST = 2 ** 18;

function readAll(array: StoredArray): void {
  const [n = 0, ...rest] = array.shape;
  const width = rest.reduce((product, size) => product * size, 1);
  const rows = width === 0 ? n : Math.max(1, Math.floor(MOST / width));
  for (let from = 0; from < n; from += rows) {
    const to = Math.min(n, from + rows);
    array.read(from, to, new Float32Array((to - from) * width));
  }
}

/** The outcome of an attempt: data, one error as it should be, or something else. */
async function outcomeOf(
  path: string,
  attempt: () => void | Promise<void>,
): Promise<Pick<Reading, 'outcome' | 'message'>> {
  try {
    await attempt();
    return { outcome: 'read' };
  } catch (error) {
    const isOne =
      error instanceof ExpectationError && error.where.includes(basename(path)) && !error.message.includes('\n');
    return { outcome: isOne ? 'refused' : 'wrong', message: String(error).replaceAll(path, '') };
  }
}

function readArrays(path: string): void {
  const opened = openArrays(path);
  try {
    for (const array of Object.values(opened.arrays)) readAll(array);
  } finally {
    opened.close();
  }
}

/** As data for training: the shape, the splits, and a look at all values. */
async function readData(path: string): Promise<void> {
  const data = await openData(path);
  data.close();
}

const tell = (reading: Reading) => process.stdout.write(`${JSON.stringify(reading)}\n`);

for (let seed = first; seed < first + count; seed++) {
  tell({ seed, outcome: 'begun' });
  const { name, file, faults } = damagedFile(seed);
  const path = join(folder, name);
  writeFileSync(path, file);
  const [before, start] = [peakMemoryMiB(), performance.now()];
  const arrays = await outcomeOf(path, () => readArrays(path));
  const seconds = (performance.now() - start) / 1000;
  const data = await outcomeOf(path, () => readData(path));
  const all = (performance.now() - start) / 1000;
  const worse = data.outcome === 'wrong' ? data : arrays;
  tell({
    seed,
    ...worse,
    seconds: Math.max(seconds, all - seconds),
    megabytes: peakMemoryMiB() - before,
    faults,
    data,
  });
}
rmSync(folder, { recursive: true });
