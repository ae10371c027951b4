// The text of a file piece by piece: gzip is unpacked, UTF-8 is checked, and no file is ever held as a whole.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ExpectationError } from '@flowvae/tensor/plain';
import { bytesOfFile } from '../stored/byte-source.ts';

/** Long against most lines, so few lie in two pieces; short, so a wrong file costs little. */
const CHUNK_BYTES = 2 ** 18;

/**
 * The text of a UTF-8 file, in pieces of about 256 KiB, without a byte order mark. A file that begins like gzip is
 * unpacked, whatever its name.
 *
 * @throws ExpectationError where the file cannot be read, its gzip form is damaged, or it holds no text
 */
export async function* textChunks(path: string): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let lines = 0;
  for await (const bytes of unpackedChunks(path)) {
    const text = decoded(() => decoder.decode(bytes, { stream: true }), { path, lines, bytes });
    refuseNul(text, path, lines);
    lines += countLineFeeds(text);
    yield text;
  }
  decoded(() => decoder.decode(), { path, lines, bytes: new Uint8Array(0) });
}

async function* unpackedChunks(path: string): AsyncGenerator<Uint8Array, void, void> {
  const isPacked = isGzip(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const chunks = isPacked ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : file;
  try {
    for await (const chunk of chunks) yield chunk as Uint8Array;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const expected = code.startsWith('Z_') ? 'undamaged gzip data' : 'a readable file';
    throw new ExpectationError({ where: path, expected, received: message });
  } finally {
    file.destroy();
  }
}

/** Whether a file begins with the magic number of gzip. */
function isGzip(path: string): boolean {
  const source = bytesOfFile(path);
  try {
    const [first, second] = source.read(0, Math.min(2, source.length));
    return first === 0x1f && second === 0x8b;
  } finally {
    source.close();
  }
}

interface Piece {
  readonly path: string;
  /** Line feeds before the piece. */
  readonly lines: number;
  readonly bytes: Uint8Array;
}

function decoded(decode: () => string, { path, lines, bytes }: Piece): string {
  try {
    return decode();
  } catch {
    const text = new TextDecoder().decode(bytes);
    const line = lines + 1 + countLineFeeds(text.slice(0, Math.max(0, text.indexOf('\ufffd'))));
    throw new ExpectationError({
      where: `${path}: line ${line}`,
      expected: 'text in UTF-8',
      received: 'bytes that are none',
      remedy: 'save the file in UTF-8',
    });
  }
}

function refuseNul(text: string, path: string, lines: number): void {
  const place = text.indexOf('\0');
  if (place < 0) return;
  const line = lines + 1 + countLineFeeds(text.slice(0, place));
  throw new ExpectationError({ where: `${path}: line ${line}`, expected: 'text', received: 'a byte 0' });
}

/** How many lines a text ends. */
export function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
