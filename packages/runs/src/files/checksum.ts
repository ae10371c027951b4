// SHA-256 checksums, and JSON files that contain their own: a flipped bit is noticed, and readers of the file see plain
// JSON.
import { createHash } from 'node:crypto';
import { ExpectationError } from '@flowvae/tensor/plain';
import { bytesIfThere } from './reading.ts';

/** The SHA-256 of bytes or text, hexadecimal. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** The SHA-256 of pieces as if they were one. */
export function sha256OfPieces(pieces: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** Limit above the size of every JSON file of a run; reading stops before memory is exhausted. */
const MOST_BYTES = 64 * 2 ** 20;

const render = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

/** The text of a JSON object that ends with the SHA-256 of its text without this field. */
export const sealed = (value: object): string => render({ ...value, sha256: sha256(render(value)) });

/**
 * Reads a JSON object, and checks its checksum if it has one.
 *
 * @param isSealed refuse a file without checksum; default true
 * @throws ExpectationError if the file cannot be read, is no JSON object, or is not as written
 */
export function readSealed(path: string, isSealed = true): Record<string, unknown> {
  const asked = askedAt(path);
  const text = readText(path, asked);
  const { sha256: stated, ...value } = parseObject(asked, text);
  if (stated === undefined && !isSealed) return value;
  if (sealed(value) === text) return value;
  throw new ExpectationError({
    where: path,
    expected: 'the text that was written, by its SHA-256',
    received: typeof stated === 'string' ? 'another text' : 'no SHA-256',
    remedy: 'the file was damaged or changed',
  });
}

/** The parts of an error about a file. */
interface Asked {
  readonly where: string;
  readonly expected: string;
}

/**
 * Reads a JSON object with any checksum.
 *
 * @param asked the place and the expectation in errors; default the path and a JSON object
 * @throws ExpectationError if the file cannot be read or is no JSON object
 */
export const readObject = (path: string, asked = askedAt(path)): Record<string, unknown> =>
  parseObject(asked, readText(path, asked));

const askedAt = (where: string): Asked => ({ where, expected: 'a JSON object' });

function readText(path: string, asked: Asked): string {
  const bytes = bytesIfThere(path, MOST_BYTES);
  const refused = (received: string) => new ExpectationError({ ...asked, received });
  if (bytes === undefined) throw refused('no file');
  if (typeof bytes === 'number') throw refused(`${bytes} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw refused((error as Error).message);
  }
}

function parseObject(asked: Asked, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ExpectationError({ ...asked, received: (error as Error).message });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ExpectationError({ ...asked, received: JSON.stringify(value).slice(0, 100) });
}
