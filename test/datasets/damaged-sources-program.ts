// Reads damaged tables and pictures, each also as data for training: seeds `first` to `first + count` − 1, a line of
// JSON for each. `pnpm damage-sources 0 2000` tries two thousand.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openData, readPictures, readTable } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor/plain';
import { peakMemoryMiB } from '../../packages/runs/src/metrics/peak-memory.ts';
import { type DamagedSource, damagedSource } from './damaged-sources.ts';

/** The outcome of a file. */
export interface Outcome {
  readonly seed: number;
  readonly name: string;
  /** The message of a refusal; of another error `fault: …`; empty where the file was read. */
  readonly message: string;
  /** Of the processor: other processes do not count. */
  readonly milliseconds: number;
  /** The most memory of the process so far, above that of its start, MiB. */
  readonly memory: number;
}

const [first = 0, count = 100] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'flowvae-damaged-'));

async function read({ kind, name, bytes }: DamagedSource, place: string): Promise<void> {
  mkdirSync(place);
  const path = join(place, name);
  writeFileSync(path, bytes);
  if (kind === 'table') await readTable(path);
  else await readPictures(place);
  if (process.memoryUsage().arrayBuffers > 2 ** 25) globalThis.gc?.(); // each reading has the memory for itself
  (await openData(kind === 'table' ? path : place)).close();
}

async function messageOf(source: DamagedSource, seed: number): Promise<string> {
  try {
    await read(source, join(folder, String(seed)));
    return '';
  } catch (error) {
    return error instanceof ExpectationError ? error.message : `fault: ${(error as Error).stack}`;
  } finally {
    rmSync(join(folder, String(seed)), { recursive: true });
  }
}

// Both libraries are loaded before the start.
for (const seed of [first, first + 1, first + 2, first + 3]) await messageOf(damagedSource(seed), seed);
const start = peakMemoryMiB();
for (let seed = first; seed < first + count; seed++) {
  const source = damagedSource(seed);
  globalThis.gc?.(); // so that the memory is that of one file
  const before = process.cpuUsage();
  const message = await messageOf(source, seed);
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  const outcome: Outcome = { seed, name: source.name, message, milliseconds, memory: peakMemoryMiB() - start };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
rmSync(folder, { recursive: true });
