// `pnpm interop`: exports a model of every flow, runs the files in other runtimes at several batch sizes, and prints
// the table of results.
//   --cache <folder>  where Python's packages and the Rust programs are kept (default: a temporary folder, removed at
//   the end)
//   --only <names>    these runtimes alone, with commas between them
//   --write           writes the table to results/table.md
// It needs the network, python3, cargo (tract, rten, candle) and some gigabytes; a runtime that cannot be prepared is
// said to be missing.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { type Numbers, runNative } from '../compiler/export/runtimes.ts';
import { readArguments, refuse } from '../processes/arguments.ts';
import { batches, type ExportedFile, exportFiles } from './models.ts';
import { type Runtime, runtimes } from './runtimes.ts';
import { type Column, cellOf, formatTable } from './table.ts';

tolerateClosedPipes();

const USAGE = 'pnpm interop [--cache <folder>] [--only <names, with commas>] [--write]';
const { values: options } = readArguments(USAGE, {
  options: { cache: { type: 'string' }, only: { type: 'string' }, write: { type: 'boolean', default: false } },
});
const only = options.only?.split(',');
const unknown = only?.find((name) => !runtimes.some((runtime) => runtime.name === name));
if (unknown !== undefined) {
  const known = runtimes.map(({ name }) => name).join(', ');
  refuse(`--only: expected names among ${known}, got '${unknown}'`, USAGE);
}
if (only && options.write) refuse('--write: expected no --only beside it, for the table holds every runtime', USAGE);
const say = (text: string) => process.stderr.write(`${text}\n`);

async function columnOf(
  runtime: Runtime,
  cache: string,
  files: readonly ExportedFile[],
  expected: readonly Numbers[][],
) {
  say(`${runtime.name} ${runtime.version}`);
  try {
    const answers = await runtime.prepare(cache)(files);
    const cells = new Map(files.map(({ row }, i) => [row, cellOf(answers[i]!, expected[i]!)]));
    for (const [row, cell] of cells) if ('reason' in cell) say(`  ${row}: ${cell.reason}`);
    return { runtime, cells };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    say(`  cannot be run: ${text}`);
    return { runtime, cells: text.split('\n')[0]! };
  }
}

/** Our own numbers. */
async function expectedOf({ file, runs }: ExportedFile): Promise<Numbers[]> {
  const bytes = readFileSync(file);
  const numbers: Numbers[] = [];
  for (const feeds of runs) numbers.push(await runNative(bytes, feeds));
  return numbers;
}

const scratch = mkdtempSync(join(tmpdir(), 'flowvae-interop-'));
try {
  const files = await exportFiles(join(scratch, 'files'));
  const expected = await Promise.all(files.map(expectedOf));
  const chosen = runtimes.filter(({ name }) => only?.includes(name) ?? true);
  const columns: Column[] = [];
  for (const runtime of chosen)
    columns.push(await columnOf(runtime, options.cache ? resolve(options.cache) : scratch, files, expected));
  const table = formatTable(
    files.map(({ row }) => row),
    columns,
    batches,
  );
  if (options.write) {
    const path = fileURLToPath(new URL('results/table.md', import.meta.url));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, table);
  }
  process.stdout.write(table);
  if (columns.some(({ cells }) => typeof cells === 'string')) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
