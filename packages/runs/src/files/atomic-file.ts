// Files that appear whole or not at all: written beside their place, synced, renamed, and the rename synced too.
import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';

const PARTIAL = '.partial';

/**
 * Writes a file so that a crash at any moment leaves either the old content or the new.
 *
 * @param content may come in pieces, one after the other
 * @throws ExpectationError if the disk or its permissions refuse
 */
export function writeFileAtomically(path: string, content: string | Uint8Array | readonly Uint8Array[]): void {
  const aside = besides(path);
  try {
    const file = openSync(aside, 'w');
    try {
      for (const piece of gathered(content)) writeWhole(file, piece);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(aside, { force: true });
    throw writeRefused(path, error);
  }
}

/** Smaller pieces are gathered, so that many small arrays take one call of the system. */
const LEAST_PIECE = 2 ** 20;

function* gathered(content: string | Uint8Array | readonly Uint8Array[]): Generator<Uint8Array> {
  if (typeof content === 'string') yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else {
    let small: Uint8Array[] = [];
    let bytes = 0;
    for (const piece of content) {
      if (bytes + piece.length >= LEAST_PIECE) {
        yield Buffer.concat(small);
        [small, bytes] = [[], 0];
      }
      if (piece.length >= LEAST_PIECE) yield piece;
      else {
        small.push(piece);
        bytes += piece.length;
      }
    }
    yield Buffer.concat(small);
  }
}

/**
 * Writes a file in pieces, each at its place: after a crash or an error at any moment there is the old file or the
 * whole new one. The partial file is removed, even if the process exits meanwhile.
 *
 * @param fill writes pieces, and resolves when the file is complete; its errors are rethrown
 * @throws ExpectationError if the disk or its permissions refuse
 */
export async function writePiecesAtomically(
  path: string,
  fill: (write: (bytes: Uint8Array, offset: number) => void) => Promise<void>,
): Promise<void> {
  const aside = besides(path);
  let file: number | undefined;
  const remove = () => rmSync(aside, { force: true });
  process.once('exit', remove);
  try {
    file = attempt(path, () => openSync(aside, 'w'));
    const open = file;
    await fill((bytes, offset) => attempt(path, () => writeWhole(open, bytes, offset)));
    attempt(path, () => fsyncSync(open));
    closeSync(open);
    file = undefined;
    attempt(path, () => {
      renameSync(aside, path);
      syncFolder(dirname(path));
    });
  } catch (error) {
    if (file !== undefined) closeSync(file);
    remove();
    throw error;
  } finally {
    process.off('exit', remove);
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeRefused(path, error);
  }
}

const besides = (path: string) => `${path}.${process.pid}${PARTIAL}`;

/** Appends to an existing file; after a partial failure, the file is cut back to its old length. */
export function appendWhole(path: string, bytes: Uint8Array, length: number): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_APPEND); // not made anew after its folder was removed
  try {
    writeWhole(file, bytes);
  } catch (error) {
    truncateSync(path, length);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** @param offset place in the file; absent: the current position */
function writeWhole(file: number, bytes: Uint8Array, offset?: number): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at, undefined, offset === undefined ? undefined : offset + at);
  }
}

/** Removes the partial files of a killed process. Partial locks stay: another process may be asking for one. */
export function removePartialFiles(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(PARTIAL) && !name.startsWith('run.lock.'));
  for (const name of names) rmSync(join(folder, name), { force: true });
}

/** Makes a folder whose name is durable. @throws the system's errors */
export function makeFolderDurably(path: string): void {
  mkdirSync(path);
  syncFolder(dirname(path));
}

/** Makes the names in a folder as durable as the files; Windows cannot, and need not. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The remedy for each of the system's refusals. */
function remedyOf(code: string | undefined, option: string): string {
  const choice = option === '' ? '' : ` with \`${option}\``;
  if (code === 'ENOSPC') return 'free some disk space; earlier files are intact';
  if (code === 'EDQUOT') return 'free some of your quota; earlier files are intact';
  if (code === 'EROFS') return `the file system is read-only: choose another${choice}`;
  return `choose a folder that can be written to${choice}`;
}

/** The one error for a write that the system refused; `option` is the option that named the place, or empty. */
export function writeRefused(path: string, error: unknown, option = 'out'): ExpectationError {
  if (error instanceof ExpectationError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new ExpectationError({
    where: path,
    expected: 'a place that can be written to',
    received: code ?? message,
    remedy: remedyOf(code, option),
  });
}
