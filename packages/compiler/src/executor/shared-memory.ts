// A module that imports its memory, for a memory that threads share: the instructions are the same, only the import
// says whether the memory is shared (WebAssembly core specification, binary format of limits).

const IMPORTS = 2;
const MEMORY = 2;
const SHARED = 3; // has a maximum, and is shared

/** The most pages that a memory of 32-bit addresses has. */
const MOST_PAGES = 65_536;

/** A number of any length, seven bits a byte. */
function lebOf(number: number): number[] {
  return number < 128 ? [number] : [(number & 127) | 128, ...lebOf(number >>> 7)];
}

/** Reads the parts of a binary one after the other. */
class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  leb(): number {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!;
      result |= (byte & 127) << shift;
      if (byte < 128) return result >>> 0;
    }
  }

  skipName(): void {
    const length = this.leb();
    this.at += length;
  }
}

/**
 * The module with its memory's import marked as shared.
 *
 * @param bytes a module whose only import is its memory
 */
export function withSharedMemory(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes, 8); // after the magic number and the version
  while (reader.at < bytes.length) {
    const section = reader.at;
    const kind = reader.leb();
    const size = reader.leb();
    const start = reader.at;
    if (kind !== IMPORTS) {
      reader.at = start + size;
      continue;
    }
    const count = reader.leb();
    reader.skipName();
    reader.skipName();
    const limits = reader.at + 1;
    if (count !== 1 || bytes[reader.at] !== MEMORY) throw new TypeError('a module imports more than its memory');
    reader.at = limits + 1;
    const least = reader.leb();
    const content = [...bytes.subarray(start, limits), SHARED, ...lebOf(least), ...lebOf(MOST_PAGES)];
    const parts = [...bytes.subarray(0, section), IMPORTS, ...lebOf(content.length), ...content];
    return Uint8Array.from([...parts, ...bytes.subarray(start + size)]);
  }
  throw new TypeError('a module imports no memory');
}
