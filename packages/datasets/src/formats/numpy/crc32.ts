// The checksum of zip files: CRC-32, polynomial 0x04C11DB7 reflected. Node has it since 20.15 and 22.2, ten times as
// fast as this.
import * as zlib from 'node:zlib';

/** Bytes looked up at once ("slicing by 8", Kounavis & Berry 2005). */
const SLICES = 8;

const tables = Array.from({ length: SLICES }, () => new Uint32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  tables[0]![byte] = sum;
}
for (let slice = 1; slice < SLICES; slice++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = tables[slice - 1]![byte]!;
    tables[slice]![byte] = (before >>> 8) ^ tables[0]![before & 0xff]!;
  }
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
  ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
];

/**
 * The checksum of bytes, 0 … 2^32 − 1.
 *
 * @param before the checksum of the bytes that come before these
 */
export const crc32: (bytes: Uint8Array, before?: number) => number =
  (zlib as { readonly crc32?: typeof crc32InJavaScript }).crc32 ?? crc32InJavaScript;

/** The same without help from Node. */
export function crc32InJavaScript(bytes: Uint8Array, before = 0): number {
  let sum = ~before;
  let i = 0;
  for (; i + SLICES <= bytes.length; i += SLICES) {
    sum ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    sum =
      t7[sum & 0xff]! ^
      t6[(sum >>> 8) & 0xff]! ^
      t5[(sum >>> 16) & 0xff]! ^
      t4[sum >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) sum = (sum >>> 8) ^ t0[(sum ^ bytes[i]!) & 0xff]!;
  return ~sum >>> 0;
}
