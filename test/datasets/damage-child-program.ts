// Reads the damaged files of some seeds; a JSON line before and after each, so that a process that dies leaves the seed
// behind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { openArrays } from '../../packages/datasets/src/formats/open-arrays.ts';
import type { StoredArray } from '../../packages/datasets/src/stored/stored-array.ts';
import type { Reading } from './damage-campaign.ts';
import { damagedFile } from './damaged-file.ts';

const [first, count] = process.argv.slice(2).map(Number) as [number, number];
const folder = mkdtempSync(join(tmpdir(), 'flowvae-damage-'));
const megabytes = () => process.resourceUsage().maxRSS / 1024;

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

/** The outcome of a file: arrays, one error as it should be, or something else. */
function outcomeOf(path: string): Pick<Reading, 'outcome' | 'message'> {
  try {
    const opened = openArrays(path);
    try {
      for (const array of Object.values(opened.arrays)) readAll(array);
    } finally {
      opened.close();
    }
    return { outcome: 'read' };
  } catch (error) {
    const isOne = error instanceof ExpectationError && error.where.startsWith(path) && !error.message.includes('\n');
    return { outcome: isOne ? 'refused' : 'wrong', message: String(error).replace(path, '') };
  }
}

const tell = (reading: Reading) => process.stdout.write(`${JSON.stringify(reading)}\n`);

for (let seed = first; seed < first + count; seed++) {
  tell({ seed, outcome: 'begun' });
  const { name, file, faults } = damagedFile(seed);
  const path = join(folder, name);
  writeFileSync(path, file);
  const [before, start] = [megabytes(), performance.now()];
  const outcome = outcomeOf(path);
  const seconds = (performance.now() - start) / 1000;
  tell({ seed, ...outcome, seconds, megabytes: megabytes() - before, faults });
}
rmSync(folder, { recursive: true });
