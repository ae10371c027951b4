// `pnpm large-data [GiB] [folder]`: batches from a file that is larger than the memory it may take.
//
// Writes a .npy of float32 [n, 784], 6 GiB by default, opens it with `openData`, and draws 1,000 batches of 100 of its
// training rows. Prints the largest resident memory, the times of the opening and of a batch, and how often a batch
// calls the system to read (on Linux). Checks that the rows are those of the file. Exit code 1 where the memory exceeds
// 1 GiB or a value is wrong. The file is removed at the end; it lies in the system's temporary folder by default.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batches, dataRows, openData } from '@flowvae/datasets';
import { key } from '@flowvae/random';
import { dataPoints } from '@flowvae/tensor';
import { peakMemoryMiB } from '../../packages/runs/src/metrics/peak-memory.ts';

const [WIDTH, BATCH, STEPS] = [784, 100, 1000];
const MOST_MEBIBYTES = 1024;
const ROWS_AT_ONCE = 4096;

const gibibytes = Number(process.argv[2] ?? 6);
const count = Math.floor((gibibytes * 2 ** 30) / (4 * WIDTH));

/** Numbers that name the row and the column, and have no other form than real numbers. */
const numberAt = (row: number, column: number): number => Math.fround((row % 65_536) - 0.5 * column);

function header(): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${WIDTH}), }`.padEnd(117);
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  return Buffer.concat([start, Buffer.from(`${text}\n`)]);
}

function writeFile(path: string): void {
  const file = openSync(path, 'w');
  writeSync(file, header());
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, count - from);
    const values = new Float32Array(rows * WIDTH);
    for (let i = 0; i < values.length; i++) values[i] = numberAt(from + Math.floor(i / WIDTH), i % WIDTH);
    writeSync(file, new Uint8Array(values.buffer));
  }
  closeSync(file);
}

/** Calls that read, as Linux counts them; undefined elsewhere. */
function readCalls(): number | undefined {
  try {
    return Number(/syscr: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1]);
  } catch {
    return undefined;
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const tell = (line: string) => process.stdout.write(`${line}\n`);

async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, milliseconds: performance.now() - start };
}

const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'flowvae-large-'));
try {
  const path = join(folder, 'large.npy');
  const written = await timed(() => writeFile(path));
  tell(`${gibibytes} GiB, ${count} rows of ${WIDTH} float32; written in ${(written.milliseconds / 1000).toFixed(1)} s`);
  const { result: data, milliseconds: opening } = await timed(() => openData(path));
  tell(
    `opened in ${(opening / 1000).toFixed(1)} s (all values looked at): ${data.description.form}, ${peakMemoryMiB().toFixed(0)} MiB`,
  );
  const { train } = data.splits;
  const source = batches(dataRows(data, 'train', { binarisation: 'none', key: key(1) }), {
    batchSize: BATCH,
    key: key(1),
  });
  const first = await timed(() => source.at(0));
  const [fromDisk, fromMemory]: [number[], number[]] = [[], []];
  const callsBefore = readCalls();
  let wrong = 0;
  for (let step = 1; step <= STEPS; step++) {
    const { result, milliseconds } = await timed(() => source.at(step));
    fromDisk.push(milliseconds);
    for (const [i, index] of result.indices.entries()) {
      for (const column of [0, 1, WIDTH - 1]) {
        if (result.x[i * WIDTH + column] !== numberAt(train[index]!, column)) wrong++;
      }
    }
    const same = batches(dataPoints(result.x.slice(), WIDTH), { batchSize: BATCH, key: key(step) });
    same.at(0);
    fromMemory.push((await timed(() => same.at(0))).milliseconds);
  }
  const calls = readCalls();
  tell(`first batch ${first.milliseconds.toFixed(0)} ms (order of ${train.length} rows)`);
  tell(`batch of ${BATCH}: ${median(fromDisk).toFixed(3)} ms, copied from memory ${median(fromMemory).toFixed(3)} ms`);
  if (calls !== undefined) tell(`${((calls - callsBefore!) / STEPS).toFixed(1)} reading calls for a batch`);
  tell(`largest resident memory ${peakMemoryMiB().toFixed(0)} MiB of ${MOST_MEBIBYTES}; ${wrong} wrong values`);
  data.close();
  process.exitCode = peakMemoryMiB() > MOST_MEBIBYTES || wrong > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
