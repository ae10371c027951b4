// NumPy's .npz files: a zip file of .npy members, stored or deflated.
import { type ByteSource, bytesInMemory, joined } from '../../stored/byte-source.ts';
import { damaged, printable } from '../../stored/damage.ts';
import { unpackedLater } from '../../stored/packed.ts';
import { type Field, type NamedArrays, type OpenArraysOptions, openFields } from '../named-arrays.ts';
import { crc32 } from './crc32.ts';
import { npyField } from './npy.ts';
import { isNpy, longestNpyHeader, npyLength, readNpyHeader } from './npy-header.ts';
import { type ZipMember, zipMembers } from './zip.ts';

/**
 * The arrays of a .npz file by their names, which its members carry before `.npy`.
 *
 * Stored members are read row by row from the source. Deflated ones are unpacked in memory when a row is first asked
 * for, never further than their own headers claim. The checksum is checked with the first row.
 * @throws ExpectationError where the zip file or a member is damaged, or a member that was asked for is no array of
 * numbers
 */
export function readNpz(source: ByteSource, options: OpenArraysOptions = {}): NamedArrays {
  const { members } = options;
  const all = zipMembers(source).filter(({ name }) => !name.endsWith('/'));
  const notes: string[] = [];
  const fields = all.map((member): Field => {
    const name = member.name.replace(/\.npy$/, '');
    // members that nobody asked for may be damaged
    if (members && !members.includes(name)) return { name, unreadable: 'not asked for' };
    if (name === member.name) return { name, unreadable: 'a file that is no .npy' };
    return fieldOf(name, member, notes);
  });
  const opened = openFields(source.where, fields, options);
  return { arrays: opened.arrays, notes: [...opened.notes, ...notes] };
}

function fieldOf(name: string, member: ZipMember, notes: string[]): Field {
  if (member.isEncrypted) return { name, unreadable: 'encrypted' };
  if (member.method === STORED) return storedField(name, member, notes);
  if (member.method === DEFLATED) return deflatedField(name, member);
  return { name, unreadable: `packed by method ${member.method}, neither stored nor deflated` };
}

const [STORED, DEFLATED] = [0, 8];

/** Larger stored members are not read whole for their checksum: their rows are wanted from the disk. */
const MOST_CHECKED = 2 ** 28;

function storedField(name: string, member: ZipMember, notes: string[]): Field {
  const bytes = member.packed();
  const header = readNpyHeader(bytes.read(0, Math.min(bytes.length, longestNpyHeader)), bytes.where);
  checkLength(bytes.where, npyLength(header), bytes.length);
  checkLength(bytes.where, npyLength(header), member.length);
  const isChecked = bytes.length <= MOST_CHECKED;
  if (!isChecked) notes.push(`${printable(name)} is read from disk as needed, without a look at its checksum`);
  return npyField(name, header, isChecked ? checkedOnce(bytes, member.crc) : bytes);
}

function deflatedField(name: string, member: ZipMember): Field {
  const packed = member.packed();
  const { head, bytes } = unpackedLater(asGzip(packed, member), {
    form: 'deflated',
    holds: 'a .npy file',
    claimedLength(start) {
      if (!isNpy(start)) return undefined;
      return npyLength(readNpyHeader(start.subarray(0, longestNpyHeader), packed.where)) ?? member.length;
    },
  });
  const header = readNpyHeader(head.subarray(0, longestNpyHeader), packed.where);
  checkLength(packed.where, npyLength(header), member.length);
  return npyField(name, header, bytes);
}

function checkLength(where: string, claimed: number | undefined, length: number): void {
  if (claimed === undefined || claimed === length) return;
  throw damaged(where, `${claimed} bytes by the header of the array`, `${length}`);
}

/** Deflated bytes as a gzip file, so that zlib checks the checksum and the length while it unpacks them. */
function asGzip(packed: ByteSource, { crc, length }: ZipMember): ByteSource {
  const head = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, crc, true);
  trailer.setUint32(4, length % 2 ** 32, true);
  const { where } = packed;
  const parts = [bytesInMemory(head, where), packed, bytesInMemory(new Uint8Array(trailer.buffer), where)];
  return joined(parts, where);
}

const PIECE = 2 ** 20;

/** Bytes whose checksum is checked before the first of them is handed out. */
function checkedOnce(source: ByteSource, crc: number): ByteSource {
  const { where, length } = source;
  let isChecked = false;
  const check = (sum: number): void => {
    if (sum !== crc) throw damaged(where, `the checksum ${hex(crc)}`, hex(sum));
    isChecked = true;
  };
  return {
    ...source,
    read(from, to) {
      if (isChecked) return source.read(from, to);
      if (to <= length && to - from > length / 2) {
        const whole = source.read(0, length); // most of it is wanted now: so it is read once only
        check(crc32(whole));
        return whole.subarray(from, to);
      }
      check(sumOf(source));
      return source.read(from, to);
    },
  };
}

function sumOf(source: ByteSource): number {
  let sum = 0;
  for (let at = 0; at < source.length; at += PIECE) {
    sum = crc32(source.read(at, Math.min(at + PIECE, source.length)), sum);
  }
  return sum;
}

const hex = (sum: number) => sum.toString(16).padStart(8, '0');
