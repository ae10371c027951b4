// Crafted files get the verdicts of Python's safetensors, and are read as the same tensors; made by
// test/reference/safetensors_verdicts.py.
import { createHash } from 'node:crypto';
import { decodeTypedSafetensors, ExpectationError, readSafetensorsHeader } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { readCommitted } from '../reference/committed-json.ts';

/** Tensors as `<dtype> [<sizes>] <bytes in hexadecimal>`. */
interface Content {
  readonly tensors: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface VerdictCase {
  /** The header as text, or in base64 where it is no UTF-8. */
  readonly header?: string;
  readonly base64?: string;
  /** The header's length that the file claims, where that is not the true one. */
  readonly claimed?: string;
  /** Bytes of data, which are 1, 2, 3, … */
  readonly data: number;
  /** The content that the library read; null if it refused. */
  readonly read: Content | null;
}

interface Verdicts {
  readonly cases: readonly VerdictCase[];
  readonly values: {
    readonly file: string;
    readonly values: Readonly<Record<string, string>>;
    readonly F16: string;
    readonly BF16: string;
  };
}

const { cases, values } = readCommitted<Verdicts>('safetensors-verdicts');

function fileOf({ header, base64, claimed, data }: VerdictCase): Uint8Array {
  const bytes = base64 === undefined ? Buffer.from(header!) : Buffer.from(base64, 'base64');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(claimed ?? bytes.length));
  return Buffer.concat([length, bytes, Uint8Array.from({ length: data }, (_, i) => (i + 1) % 251)]);
}

/** The result of our reader. @throws any error that is no ExpectationError */
function contentOf(file: Uint8Array): Content | null {
  try {
    const { tensors, metadata } = readSafetensorsHeader(file, 'f');
    const described = Object.entries(tensors).map(([name, { dtype, shape, from, to }]) => {
      return [name, `${dtype} [${shape}] ${Buffer.from(file.subarray(from, to)).toString('hex')}`] as const;
    });
    return { tensors: Object.fromEntries(described), metadata };
  } catch (error) {
    if (error instanceof ExpectationError) return null;
    throw error;
  }
}

/** Sizes beyond 2^53, which only empty tensors have, are read as the nearest number. */
const withRoundedSizes = (read: Content | null) =>
  read && {
    ...read,
    tensors: Object.fromEntries(
      Object.entries(read.tensors).map(([name, text]) => [
        name,
        text.replace(/\[(.*)\]/, (_, sizes) => `[${sizes === '' ? '' : sizes.split(',').map(Number)}]`),
      ]),
    ),
  };

describe("safetensors' verdicts", () => {
  it('are those of the Python library for every crafted file, with the same content', () => {
    const different = cases.flatMap((crafted) => {
      const [ours, theirs] = [contentOf(fileOf(crafted)), withRoundedSizes(crafted.read)];
      const sorted = (content: Content | null) =>
        JSON.stringify(content && [content.tensors, content.metadata].map((record) => Object.entries(record).sort()));
      return sorted(ours) === sorted(theirs) ? [] : [{ ...crafted, ours }];
    });
    expect(different).toEqual([]);
  });

  it('are of both kinds, hundreds in all', () => {
    const refused = cases.filter(({ read }) => read === null).length;
    expect(refused).toBeGreaterThan(250);
    expect(cases.length - refused).toBeGreaterThan(100);
  });

  it('refuse a header above 100 MB before it is read, and take one of 100 MB', () => {
    const file = new Uint8Array(100_000_009);
    new DataView(file.buffer).setBigUint64(0, 100_000_001n, true);
    expect(() => readSafetensorsHeader(file, 'f')).toThrow(
      'f: expected a header of at most 100000000 bytes, got a header length of 100000001',
    );
    const largest = file.subarray(0, 100_000_008).fill(0x20, 8);
    largest.set(Buffer.from('{}'), 8);
    new DataView(file.buffer).setBigUint64(0, 100_000_000n, true);
    expect(readSafetensorsHeader(largest, 'f')).toEqual({ tensors: {}, metadata: {} });
  });
});

describe('decodeTypedSafetensors', () => {
  const single = (dtype: string, bytes: Uint8Array, size: number): Uint8Array => {
    const header = JSON.stringify({ a: { dtype, shape: [size], data_offsets: [0, bytes.length] } });
    const length = Buffer.alloc(8);
    length.writeUInt32LE(header.length);
    return Buffer.concat([length, Buffer.from(header), bytes]);
  };

  it('reads the values that numpy reads of every type', () => {
    const { tensors } = decodeTypedSafetensors(Buffer.from(values.file, 'base64'), 'f');
    const read = Object.values(tensors).map(({ dtype, values: array }) => [dtype, [...array]] as const);
    expect(read.length).toBe(12);
    const expected = (dtype: string) =>
      values.values[dtype]!.split(' ').map((text) =>
        /[IU]64/.test(dtype) ? BigInt(text) : Number(text.replace('inf', 'Infinity')),
      );
    for (const [dtype, array] of read) expect([dtype, array]).toEqual([dtype, expected(dtype)]);
    expect(
      Object.fromEntries(Object.values(tensors).map(({ dtype, values: a }) => [dtype, a.constructor.name])),
    ).toEqual({
      BOOL: 'Uint8Array',
      U8: 'Uint8Array',
      I8: 'Int8Array',
      U16: 'Uint16Array',
      I16: 'Int16Array',
      F16: 'Float32Array',
      U32: 'Uint32Array',
      I32: 'Int32Array',
      F32: 'Float32Array',
      U64: 'BigUint64Array',
      I64: 'BigInt64Array',
      F64: 'Float64Array',
    });
  });

  it.each(['F16', 'BF16'] as const)('reads all 65,536 numbers of %s as numpy does, to the bit', (dtype) => {
    const bytes = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);
    const { a } = decodeTypedSafetensors(single(dtype, bytes, 65536), 'f').tensors;
    const floats = Float32Array.from(a!.values as Float32Array, (value) => (Number.isNaN(value) ? Number.NaN : value));
    expect(createHash('sha256').update(new Uint8Array(floats.buffer)).digest('hex')).toBe(values[dtype]);
  });

  it.each([
    ['F4', 4],
    ['F6_E2M3', 6],
    ['F8_E4M3', 8],
    ['F8_E8M0', 8],
    ['C64', 64],
  ])('refuses %s by name, and leaves it out where asked', (dtype, bits) => {
    const file = single(dtype, new Uint8Array(bits), 8);
    expect(() => decodeTypedSafetensors(file, 'f')).toThrow(
      `f: expected tensor "a" to be one of F64, F32, F16, BF16, I64, U64, I32, U32, I16, U16, I8, U8, BOOL, got ${dtype}; convert it`,
    );
    expect(decodeTypedSafetensors(file, 'f', { leaveOut: (name) => name === 'a' }).tensors).toEqual({});
  });

  it('keeps values of its own, although the file is a view of a larger buffer at an odd place', () => {
    const file = single('F64', new Uint8Array(Float64Array.of(1.5).buffer), 1);
    const pool = Buffer.alloc(file.length + 3);
    pool.set(file, 3);
    const { a } = decodeTypedSafetensors(pool.subarray(3), 'f').tensors;
    pool.fill(0);
    expect(a).toEqual({ dtype: 'F64', shape: [1], values: Float64Array.of(1.5) });
  });
});
