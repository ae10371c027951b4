// metrics.jsonl: one object per line, each appended in one write, so that after any kill the file is valid up to its
// last line.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { appendWhole, syncFolder, writeRefused } from '../files/atomic-file.ts';
import { sha256 } from '../files/checksum.ts';
import { bytesIfThere } from '../files/reading.ts';

/** The length of a file's written part, and its checksum. */
export interface Extent {
  readonly bytes: number;
  readonly sha256: string;
}

/** Nothing written yet. */
export const nothing: Extent = { bytes: 0, sha256: sha256('') };

/** The metrics of a current run. */
export class MetricsFile {
  readonly #path: string;
  #bytes = 0;
  #hash: Hash = createHash('sha256');

  private constructor(path: string) {
    this.#path = path;
  }

  /** Starts an empty file. */
  static create(path: string): MetricsFile {
    try {
      writeFileSync(path, '');
      syncFolder(dirname(path));
    } catch (error) {
      throw writeRefused(path, error);
    }
    return new MetricsFile(path);
  }

  /**
   * Continues after an extent; later bytes are cut off.
   *
   * @throws ExpectationError if the file does not begin with the extent
   */
  static cutBack(path: string, extent: Extent): MetricsFile {
    if (extent.bytes === 0) return MetricsFile.create(path);
    const kept = readExtent(path, extent);
    try {
      truncateSync(path, extent.bytes);
    } catch (error) {
      throw writeRefused(path, error);
    }
    const file = new MetricsFile(path);
    file.#bytes = extent.bytes;
    file.#hash.update(kept);
    return file;
  }

  /** The extent written so far. */
  get extent(): Extent {
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }

  /**
   * Appends an object as one line; after a failure, the file is unchanged.
   *
   * @throws ExpectationError if the disk refuses, or the file is no longer as written
   */
  append(entry: object): void {
    const line = new TextEncoder().encode(`${JSON.stringify(entry, named)}\n`);
    try {
      this.#refuseChanged();
      appendWhole(this.#path, line, this.#bytes);
    } catch (error) {
      throw writeRefused(this.#path, error);
    }
    this.#bytes += line.length;
    this.#hash.update(line);
  }

  /** Waits until everything is on the disk. */
  sync(): void {
    try {
      this.#refuseChanged();
      const file = openSync(this.#path, 'r+');
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw writeRefused(this.#path, error);
    }
  }

  #refuseChanged(): void {
    const size = existsSync(this.#path) ? statSync(this.#path).size : undefined;
    if (size === this.#bytes) return;
    throw new ExpectationError({
      where: this.#path,
      expected: `the ${this.#bytes} bytes that this run has written`,
      received: size === undefined ? 'no file: it was removed or moved while the run was going on' : `${size} bytes`,
      remedy: 'nobody else may write to the folder of a run',
    });
  }
}

/** The bytes of an extent. @throws ExpectationError if the file does not begin with it */
export function readExtent(path: string, { bytes, sha256: expected }: Extent): Uint8Array {
  const content = bytesIfThere(path) ?? new Uint8Array();
  const kept = content.subarray(0, bytes);
  if (content.length >= bytes && sha256(kept) === expected) return kept;
  throw new ExpectationError({
    where: path,
    expected: `the ${bytes} bytes that were written before the checkpoint`,
    received: content.length < bytes ? `${content.length} bytes` : 'others, by their SHA-256',
    remedy: 'the file was damaged or changed',
  });
}

/**
 * The lines of metrics.jsonl. A last line without its end, which a kill can leave, does not count.
 *
 * @throws ExpectationError that names the first line which is no object with a step, or whose step is before the
 * previous one's
 */
export function parseMetrics(text: string, where: string): { readonly step: number }[] {
  const lines = text.split('\n').slice(0, -1);
  let last = 0;
  return lines.map((line, i) => {
    const entry = parseLine(line);
    const step = entry?.step;
    if (!Number.isSafeInteger(step) || (step as number) < last) {
      throw new ExpectationError({
        where: `${where}: line ${i + 1}`,
        expected: `an object with a step from ${last}`,
        received: line.slice(0, 100),
        remedy: 'the file was damaged or changed',
      });
    }
    last = step as number;
    return entry as { readonly step: number };
  });
}

/** JSON has only finite numbers, so others are written by name. */
const named = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const names: readonly unknown[] = ['NaN', 'Infinity', '-Infinity'];

const numbered = (_: string, value: unknown) => (names.includes(value) ? Number(value) : value);

function parseLine(line: string): { readonly step?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(line, numbered);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
