// The directory of a zip file, and its members as bytes that are read when they are asked for.
// Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3 and 4.5.3 (zip64)
import { type ByteSource, section } from '../../stored/byte-source.ts';
import { damaged, printable } from '../../stored/damage.ts';

/** A member of a zip file. */
export interface ZipMember {
  readonly name: string;
  /** How it is packed: 0 stored, 8 deflated, others by their numbers in the format. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** CRC-32 of its bytes. */
  readonly crc: number;
  /** Length as the directory states it: nobody may allocate by it. */
  readonly length: number;
  /**
   * Its bytes as they lie in the file.
   *
   * @throws ExpectationError where the member's own header and the directory disagree
   */
  packed(): ByteSource;
}

/**
 * The members of a zip file, by the directory at its end; zip64 where it is.
 *
 * @throws ExpectationError where there is no directory, or it is damaged
 */
export function zipMembers(source: ByteSource): ZipMember[] {
  const { count, from, to } = findDirectory(source);
  const bytes = source.read(from, to);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members: ZipMember[] = [];
  for (let at = 0; members.length < count; ) {
    const entry = readEntry(view, at, source);
    members.push(entry.member);
    at = entry.end;
  }
  return members;
}

const [LOCAL, ENTRY, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [END64, END64_LOCATOR] = [0x06064b50, 0x07064b50];
const [LOCAL_BYTES, ENTRY_BYTES, END_BYTES] = [30, 46, 22];
const [END64_BYTES, END64_LOCATOR_BYTES] = [56, 20];

/** The value of a field whose number stands in the zip64 record. */
const [ELSEWHERE_16, ELSEWHERE_32] = [0xffff, 0xffffffff];

interface Directory {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

function findDirectory(source: ByteSource): Directory {
  const start = Math.max(0, source.length - END_BYTES - 0xffff); // behind it stands a comment
  const tail = viewOf(source, start, source.length);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    const isEnd =
      tail.getUint32(at, true) === END && at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength;
    if (isEnd) return readEnd(source, tail, start, at);
  }
  throw damaged(source.where, 'a zip file, with a directory at its end', 'none (a download that was cut off?)');
}

function readEnd(source: ByteSource, tail: DataView, start: number, at: number): Directory {
  const [count, size, from] = [
    tail.getUint16(at + 10, true),
    tail.getUint32(at + 12, true),
    tail.getUint32(at + 16, true),
  ];
  const isIn64 = count === ELSEWHERE_16 || size === ELSEWHERE_32 || from === ELSEWHERE_32;
  return checkDirectory(source, isIn64 ? readEnd64(source, start + at) : { count, from, to: from + size }, start + at);
}

function readEnd64(source: ByteSource, end: number): Directory {
  const refuse = (received: string) => damaged(source.where, 'a zip64 directory record', received);
  if (end < END64_LOCATOR_BYTES) throw refuse('none');
  const locator = viewOf(source, end - END64_LOCATOR_BYTES, end);
  const place = Number(locator.getBigUint64(8, true));
  if (locator.getUint32(0, true) !== END64_LOCATOR || place + END64_BYTES > end) throw refuse('none');
  const record = viewOf(source, place, place + END64_BYTES);
  if (record.getUint32(0, true) !== END64) throw refuse('other bytes');
  const [count, size, from] = [32, 40, 48].map((at) => Number(record.getBigUint64(at, true))) as [
    number,
    number,
    number,
  ];
  return { count, from, to: from + size };
}

/** So the directory's claims ask for no more than the file holds. */
function checkDirectory(source: ByteSource, directory: Directory, end: number): Directory {
  const { count, from, to } = directory;
  if (to <= end && count * ENTRY_BYTES <= to - from) return directory;
  throw damaged(source.where, `a directory of ${count} members before byte ${end}`, `one at bytes ${from} to ${to}`);
}

function readEntry(
  view: DataView,
  at: number,
  source: ByteSource,
): { readonly member: ZipMember; readonly end: number } {
  const refuse = (expected: string, received: string) => damaged(source.where, expected, received);
  const isThere = at + ENTRY_BYTES <= view.byteLength && view.getUint32(at, true) === ENTRY;
  if (!isThere) throw refuse('a directory entry for each member', 'other bytes');
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as Sizes;
  const names = at + ENTRY_BYTES;
  const end = names + nameBytes + extraBytes + commentBytes;
  if (end > view.byteLength)
    throw refuse('a directory entry within the directory', `${end - view.byteLength} bytes more`);
  const name = nameIn(view, names, nameBytes);
  const where = `${source.where}: ${printable(name)}`;
  const stated = [24, 20, 42].map((field) => view.getUint32(at + field, true)) as Sizes;
  const extra = new DataView(view.buffer, view.byteOffset + names + nameBytes, extraBytes);
  const [length, packedLength, place] = withZip64(stated, extra, where);
  const member = {
    name,
    method: view.getUint16(at + 10, true),
    isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    crc: view.getUint32(at + 16, true),
    length,
    packed: () => packedBytes(source, { where, name, place, packedLength }),
  };
  return { member, end };
}

type Sizes = [number, number, number];

/** Names are UTF-8 or ASCII as NumPy and all of today's programs write them. */
const nameIn = (view: DataView, at: number, length: number): string =>
  new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));

/** Unpacked length, packed length and place: each that is 2^32 − 1 stands in the zip64 field, in this order. */
function withZip64(stated: Sizes, extra: DataView, where: string): Sizes {
  if (!stated.includes(ELSEWHERE_32)) return stated;
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const [id, size] = [extra.getUint16(at, true), extra.getUint16(at + 2, true)];
    let next = at + 4;
    const end = Math.min(next + size, extra.byteLength);
    if (id !== 1) {
      at = end;
      continue;
    }
    return stated.map((value) => {
      if (value !== ELSEWHERE_32 || next + 8 > end) return value;
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    }) as Sizes;
  }
  throw damaged(where, 'a zip64 field with its sizes', 'none');
}

interface Place {
  readonly where: string;
  readonly name: string;
  readonly place: number;
  readonly packedLength: number;
}

function packedBytes(source: ByteSource, { where, name, place, packedLength }: Place): ByteSource {
  const refuse = (received: string) => damaged(where, `the member at byte ${place}`, received);
  if (place + LOCAL_BYTES > source.length) throw refuse(`a file of ${source.length} bytes`);
  const local = viewOf(source, place, place + LOCAL_BYTES);
  if (local.getUint32(0, true) !== LOCAL) throw refuse('other bytes');
  const [nameBytes, extraBytes] = [local.getUint16(26, true), local.getUint16(28, true)];
  const names = place + LOCAL_BYTES;
  const from = names + nameBytes + extraBytes;
  if (from + packedLength > source.length) throw refuse(`${packedLength} bytes behind the end of the file`);
  const own = nameIn(viewOf(source, names, names + nameBytes), 0, nameBytes);
  if (own !== name) throw refuse(`"${printable(own)}"`);
  return section(source, from, from + packedLength, where);
}

function viewOf(source: ByteSource, from: number, to: number): DataView {
  const bytes = source.read(from, to);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
