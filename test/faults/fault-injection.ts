// Loaded before a program by `--import`: makes one of its file operations fail, or kills the process in the middle of
// it. FAULT_AT counts the operations that change files under FAULT_FOLDER, from 1; FAULT is `kill` or an error code
// such as ENOSPC.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { FAULT = '', FAULT_AT = '0', FAULT_FOLDER = '' } = process.env;
const at = Number(FAULT_AT);
let count = 0;

/** Descriptors of files under the folder. */
const open = new Map<number, string>();

const isInside = (place: unknown) =>
  typeof place === 'number' ? open.has(place) : typeof place === 'string' && place.startsWith(FAULT_FOLDER);

/** True where this operation is the one to fail. An error goes on for ever after, as a full disk does. */
function isDue(place: unknown): boolean {
  if (!isInside(place)) return false;
  count++;
  return FAULT === 'kill' ? count === at : FAULT !== 'none' && count >= at;
}

function fail(name: string): never {
  if (FAULT === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(`${FAULT}: injected, ${name}`), { code: FAULT });
}

const { openSync, writeSync, writeFileSync } = fs;

fs.openSync = ((path: string, ...rest: [fs.OpenMode]) => {
  if (rest[0] !== 'r' && isDue(path)) fail('open');
  const file = openSync(path, ...rest);
  if (isInside(path)) open.set(file, path);
  return file;
}) as typeof fs.openSync;

// half of the bytes arrive
fs.writeSync = ((file: number, bytes: Uint8Array, from: number) => {
  if (!isDue(file)) return writeSync(file, bytes, from);
  writeSync(file, bytes, from, Math.ceil((bytes.length - (from ?? 0)) / 2));
  return fail('write');
}) as typeof fs.writeSync;

fs.writeFileSync = ((path: string, data: string) => {
  if (isDue(path)) fail('writeFile');
  writeFileSync(path, data);
}) as typeof fs.writeFileSync;

for (const name of ['renameSync', 'linkSync', 'rmSync', 'fsyncSync', 'truncateSync', 'mkdirSync'] as const) {
  const original = fs[name] as (...args: unknown[]) => unknown;
  // removing works on a full disk too
  const canFail = FAULT === 'kill' || !['rmSync', 'truncateSync'].includes(name);
  (fs as Record<string, unknown>)[name] = (...args: unknown[]) => {
    if (canFail && isDue(args[0])) fail(name);
    return original(...args);
  };
}

syncBuiltinESMExports();

// the number of operations, for choosing among them
process.on('exit', () => process.stderr.write(`file operations: ${count}\n`));
