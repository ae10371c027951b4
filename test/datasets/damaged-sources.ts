// Damaged tables and pictures by a seed: files of the reference, cut, flipped, grown, and with sizes that claim too
// much.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { Dice } from '../fuzz/dice.ts';

/** A file, and who reads it. */
export interface DamagedSource {
  readonly kind: 'table' | 'picture';
  /** The name of the undamaged file. */
  readonly name: string;
  readonly bytes: Buffer;
}

const kinds = { table: 'tables', picture: 'pictures' } as const;
const folderOf = (kind: DamagedSource['kind']) =>
  fileURLToPath(new URL(`../reference/${kinds[kind]}/`, import.meta.url));

const originals: readonly DamagedSource[] = (['table', 'picture'] as const).flatMap((kind) =>
  readdirSync(folderOf(kind))
    .filter((name) => extname(name) !== '.json')
    .sort()
    .map((name) => ({ kind, name, bytes: readFileSync(join(folderOf(kind), name)) })),
);

/** The file of a seed, damaged once or a few times. */
export function damagedSource(seed: number): DamagedSource {
  const dice = new Dice(seed);
  const original = dice.one(originals);
  const own = [...damages, ...(original.kind === 'table' ? tableDamages : pictureDamages)];
  let { bytes } = original;
  const times = dice.whole(1, 3);
  for (let i = 0; i < times; i++) bytes = dice.one(own)(bytes, dice);
  return { ...original, bytes };
}

type Damage = (bytes: Buffer, dice: Dice) => Buffer;

/** A place, more often near the start, where headers are. */
const placeIn = (bytes: Buffer, dice: Dice) =>
  Math.min(Math.max(0, bytes.length - 1), dice.whole(0, dice.chance(0.4) ? 40 : bytes.length));

const written = (bytes: Buffer, at: number, part: Buffer): Buffer => {
  const result = Buffer.from(bytes);
  part.copy(result, at);
  return result;
};

const inserted = (bytes: Buffer, at: number, part: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);

const damages: readonly Damage[] = [
  (bytes, dice) => bytes.subarray(0, dice.whole(0, bytes.length)),
  (bytes, dice) => {
    if (bytes.length === 0) return bytes;
    const at = placeIn(bytes, dice);
    return written(bytes, at, Buffer.of(bytes[at]! ^ (1 << dice.whole(0, 7))));
  },
  (bytes, dice) => {
    const part = Buffer.from(Array.from({ length: dice.whole(1, 16) }, () => dice.whole(0, 255)));
    return written(bytes, placeIn(bytes, dice), part);
  },
  (bytes, dice) => written(bytes, placeIn(bytes, dice), Buffer.alloc(4, dice.one([0x00, 0x7f, 0xff]))),
  (bytes, dice) => {
    const [from, to] = [placeIn(bytes, dice), placeIn(bytes, dice)].sort((a, b) => a - b) as [number, number];
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, dice) => {
    const from = placeIn(bytes, dice);
    return inserted(bytes, placeIn(bytes, dice), bytes.subarray(from, from + dice.whole(1, 400)));
  },
  (_bytes, dice) => dice.one(originals).bytes,
];

const tableDamages: readonly Damage[] = [
  (bytes, dice) => {
    const part = dice.one(['"', '""', ',', ';', '\t', '\n', '\r', '\r\n', '\0', '\ufeff', '1e999', '\xff', "'"]);
    return inserted(bytes, placeIn(bytes, dice), Buffer.from(part, part === '\xff' ? 'latin1' : 'utf8'));
  },
  (bytes) => gzipSync(bytes),
  // Some megabytes of one letter in a few kilobytes.
  (bytes, dice) => gzipSync(inserted(unpacked(bytes), 0, Buffer.alloc(2 ** 23, dice.one(['x', '"', '\n', ',', '1'])))),
  (bytes, dice) => inserted(bytes, placeIn(bytes, dice), Buffer.alloc(2 ** 20, dice.one(['x', ',', ' ', '"a']))),
];

function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: 2 ** 24 });
  } catch {
    return bytes;
  }
}

const PNG_START = 8;

const pictureDamages: readonly Damage[] = [
  // Inside a chunk of a PNG, with a checksum that fits again.
  (bytes, dice) => {
    const chunks = pngChunks(bytes);
    if (chunks.length === 0) return bytes;
    const { at, length } = dice.one(chunks);
    const place = at + 8 + dice.whole(0, Math.max(0, length - 1));
    return withChecksum(written(bytes, place, Buffer.of(dice.whole(0, 255))), at, length);
  },
  (bytes, dice) => {
    const [header] = pngChunks(bytes);
    if (!header) return bytes;
    const size = Buffer.alloc(8);
    size.writeUInt32BE(dice.one([0, 1, 4000, 4096, 70_000, 2 ** 31 - 1, 2 ** 32 - 1]), 0);
    size.writeUInt32BE(dice.one([1, 3000, 4096, 2 ** 31 - 1]), 4);
    return withChecksum(written(bytes, header.at + 8, size), header.at, header.length);
  },
  // The height and the width of a JPEG's frame.
  (bytes, dice) => {
    const frame = Math.max(bytes.indexOf('\xff\xc0', 0, 'latin1'), bytes.indexOf('\xff\xc2', 0, 'latin1'));
    if (frame < 0) return bytes;
    const sizes = Buffer.alloc(4);
    sizes.writeUInt16BE(dice.one([0, 1, 4096, 65_535]), 0);
    sizes.writeUInt16BE(dice.one([1, 17, 4096, 65_535]), 2);
    return written(bytes, frame + 5, sizes);
  },
];

function pngChunks(bytes: Buffer): { readonly at: number; readonly length: number }[] {
  const chunks = [];
  if (bytes.toString('latin1', 1, 4) !== 'PNG') return [];
  for (let at = PNG_START; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) break;
    chunks.push({ at, length });
    at += 12 + length;
  }
  return chunks;
}

function withChecksum(bytes: Buffer, at: number, length: number): Buffer {
  const end = at + 8 + length;
  if (end + 4 <= bytes.length) bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
  return bytes;
}
