// Files that are there whole or not at all: written aside, synced, renamed.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor';

/**
 * Writes a file so that a crash at any moment leaves either the old content or the new.
 *
 * @throws ExpectationError where the disk or its permissions refuse
 */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  const aside = `${path}.${process.pid}.partial`;
  try {
    const file = openSync(aside, 'w');
    try {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw writeRefused(path, error);
  }
}

/** The one error for a write that the system refused. */
export function writeRefused(path: string, error: unknown): ExpectationError {
  const { code, message } = error as NodeJS.ErrnoException;
  const remedy = code === 'ENOSPC' ? 'free some disk space' : 'choose a folder that can be written to with --out';
  return new ExpectationError({
    where: path,
    expected: 'a place that can be written to',
    received: code ?? message,
    remedy,
  });
}
