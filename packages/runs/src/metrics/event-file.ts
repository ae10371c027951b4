// The event file that TensorBoard reads: TFRecords, each a length, its checksum, an event, its checksum.
import { truncateSync, writeFileSync } from 'node:fs';
import { appendWhole, writeRefused } from '../files/atomic-file.ts';
import { bytesIfThere } from '../files/reading.ts';
import { maskedCrc32c } from './crc32c.ts';
import { type SummaryValue, summaryEvent, versionEvent } from './event-message.ts';

/** The events of a current run. */
export class EventFile {
  readonly #path: string;
  #bytes: number;
  /** Whether it was started, not continued. */
  readonly isNew: boolean;

  private constructor(path: string, bytes: number, isNew: boolean) {
    this.#path = path;
    this.#bytes = bytes;
    this.isNew = isNew;
  }

  /** Starts a file. */
  static create(path: string): EventFile {
    const first = record(versionEvent(Date.now() / 1000));
    try {
      writeFileSync(path, first);
    } catch (error) {
      throw writeRefused(path, error);
    }
    return new EventFile(path, first.length, true);
  }

  /** Continues after the last whole record within `bytes`, or starts anew without one; later bytes are cut off. */
  static cutBack(path: string, bytes: number): EventFile {
    const kept = wholeRecords((bytesIfThere(path) ?? new Uint8Array()).subarray(0, bytes));
    if (kept === 0) return EventFile.create(path);
    try {
      truncateSync(path, kept);
    } catch (error) {
      throw writeRefused(path, error);
    }
    return new EventFile(path, kept, false);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends values at a step. @throws ExpectationError if the disk refuses; the file then stays unchanged */
  append(step: number, values: readonly SummaryValue[]): void {
    const bytes = record(summaryEvent(Date.now() / 1000, step, values));
    try {
      appendWhole(this.#path, bytes, this.#bytes);
    } catch (error) {
      throw writeRefused(this.#path, error);
    }
    this.#bytes += bytes.length;
  }
}

const LENGTH = 8;
const CRC = 4;

/** A record around data. */
function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH + CRC + data.length + CRC);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH, maskedCrc32c(bytes.subarray(0, LENGTH)), true);
  bytes.set(data, LENGTH + CRC);
  view.setUint32(LENGTH + CRC + data.length, maskedCrc32c(data), true);
  return bytes;
}

/** How many bytes from the beginning are undamaged records. */
function wholeRecords(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  for (;;) {
    const data = at + LENGTH + CRC;
    if (data > file.length || maskedCrc32c(file.subarray(at, at + LENGTH)) !== view.getUint32(at + LENGTH, true))
      return at;
    const end = data + Number(view.getBigUint64(at, true));
    if (end + CRC > file.length || maskedCrc32c(file.subarray(data, end)) !== view.getUint32(end, true)) return at;
    at = end + CRC;
  }
}
