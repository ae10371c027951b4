// Small zip files for tests.
import { deflateRawSync } from 'node:zlib';
import { crc32InJavaScript } from '../../packages/datasets/src/formats/numpy/crc32.ts';

/** Claims of a member about itself that are not true. */
export interface ZipClaims {
  readonly length?: number;
  readonly crc?: number;
  readonly method?: number;
  readonly flags?: number;
}

/** A zip file of these members. */
export function zipOf(
  members: Readonly<Record<string, Uint8Array>>,
  { deflated = false, ...claims }: ZipClaims & { readonly deflated?: boolean } = {},
): Uint8Array {
  const [locals, entries]: [Buffer[], Buffer[]] = [[], []];
  let place = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const packed = deflated ? deflateRawSync(bytes) : bytes;
    const { length = bytes.length, crc = crc32InJavaScript(bytes), method = deflated ? 8 : 0, flags = 0 } = claims;
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(flags, 2);
    about.writeUInt16LE(method, 4);
    about.writeUInt32LE(crc, 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(length, 18);
    about.writeUInt16LE(Buffer.byteLength(name), 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(place, 10);
    entries.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, rest, Buffer.from(name));
    locals.push(Buffer.from('PK\x03\x04', 'latin1'), about, Buffer.from(name), Buffer.from(packed));
    place += 30 + Buffer.byteLength(name) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  for (const at of [8, 10]) end.writeUInt16LE(Object.keys(members).length, at);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(place, 16);
  return new Uint8Array(Buffer.concat([...locals, ...entries, end]));
}
