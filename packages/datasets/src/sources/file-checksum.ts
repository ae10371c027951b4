// The SHA-256 of files, a piece at a time.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOfFile } from '../stored/byte-source.ts';

const PIECE = 2 ** 20;

/** The SHA-256 of a file's bytes, hexadecimal; of a folder, of the digests of its files by their names. */
export function fileChecksum(path: string): string {
  const hash = createHash('sha256');
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).toSorted()) {
      if (statSync(join(path, name)).isFile()) hash.update(`${name} ${fileChecksum(join(path, name))}\n`);
    }
    return hash.digest('hex');
  }
  const file = bytesOfFile(path);
  try {
    for (let at = 0; at < file.length; at += PIECE) hash.update(file.read(at, Math.min(at + PIECE, file.length)));
  } finally {
    file.close();
  }
  return hash.digest('hex');
}

/** One digest of several, in their order; a single one stays itself. */
export function joinedChecksum(digests: readonly (string | undefined)[]): string | undefined {
  if (digests.length === 1) return digests[0];
  return createHash('sha256').update(digests.join('\n')).digest('hex');
}
