// The safetensors format: by hand from the published description, there and back, and with every kind of damage.
import { decodeSafetensors, encodeSafetensors, type StoredTensors, safetensorsParts } from '@flowvae/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const small: StoredTensors = {
  tensors: {
    'encoder/kernel': { shape: [2, 3], values: Float32Array.of(1, -2.5, 0, 1e-40, Number.POSITIVE_INFINITY, 3) },
    'encoder/bias': { shape: [], values: Float32Array.of(7) },
    empty: { shape: [4, 0], values: new Float32Array(0) },
  },
  metadata: { step: '15000' },
};

/** A file built by hand: the length as 8 little-endian bytes, the header, the data. */
function fileOf(header: string, data: readonly number[] = []): Uint8Array {
  const json = Buffer.from(header, 'utf8');
  const length = Buffer.alloc(8);
  length.writeUInt32LE(json.length, 0);
  return new Uint8Array(Buffer.concat([length, json, Buffer.from(data)]));
}

/** A decoder's result: its tensors, or the name of its error. */
function outcome(file: Uint8Array): StoredTensors | string {
  try {
    return decodeSafetensors(file, 'a.safetensors');
  } catch (error) {
    return (error as Error).name;
  }
}

describe('encodeSafetensors', () => {
  const file = encodeSafetensors(small);
  const view = new DataView(file.buffer);
  const headerLength = view.getUint32(0, true);
  const header = new TextDecoder().decode(file.subarray(8, 8 + headerLength));

  it('begins with the length of the header in 8 little-endian bytes', () => {
    expect(view.getUint32(4, true)).toBe(0);
    expect(file.length).toBe(8 + headerLength + 28);
  });

  it('aligns the data to 8 bytes with spaces after the header, which begins with a brace', () => {
    expect(headerLength % 8).toBe(0);
    expect(header).toMatch(/^\{.*\} *$/);
  });

  it('says name, type, shape and byte offsets of every tensor, and the metadata', () => {
    expect(JSON.parse(header)).toEqual({
      __metadata__: { step: '15000' },
      'encoder/kernel': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      'encoder/bias': { dtype: 'F32', shape: [], data_offsets: [24, 28] },
      empty: { dtype: 'F32', shape: [4, 0], data_offsets: [28, 28] },
    });
  });

  it('stores little-endian values in the order of the tensors', () => {
    const data = 8 + headerLength;
    expect([0, 4, 24].map((offset) => view.getFloat32(data + offset, true))).toEqual([1, -2.5, 7]);
    expect([...file.subarray(data, data + 4)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('has parts that are the file in pieces, and share the memory of the values', () => {
    const parts = safetensorsParts(small);
    expect(new Uint8Array(Buffer.concat(parts))).toEqual(file);
    expect(parts.slice(1).map(({ buffer }) => buffer)).toEqual(
      Object.values(small.tensors).map(({ values }) => values.buffer),
    );
  });

  it('writes only the values that an array shows of a larger buffer', () => {
    const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const decoded = decodeSafetensors(encodeSafetensors({ tensors: { a: { shape: [2], values } }, metadata: {} }), 'f');
    expect([...decoded.tensors.a!.values]).toEqual([1, 2]);
  });

  it('refuses half of a surrogate pair in a name or text, which no reader takes', () => {
    const tensors = { 'w\ud800': { shape: [], values: Float32Array.of(1) } };
    expect(() => encodeSafetensors({ tensors, metadata: {} })).toThrow(
      'without half of a surrogate pair, got "w\\ud800"',
    );
    expect(() => encodeSafetensors({ tensors: {}, metadata: { a: '\udc00' } })).toThrow('half of a surrogate pair');
    expect(
      decodeSafetensors(encodeSafetensors({ tensors: {}, metadata: { a: '\ud83d\ude00' } }), 'f').metadata,
    ).toEqual({
      a: '\ud83d\ude00',
    });
  });

  it('refuses a header above 100 MB, which no reader takes', () => {
    const metadata = { a: 'x'.repeat(100_000_000) };
    expect(() => encodeSafetensors({ tensors: {}, metadata })).toThrow('a header of at most 100000000 bytes');
  });

  it.each([
    ['a shape of another size', 'w', [3], '3 values for shape [3]'],
    ['a shape of negative sizes', 'w', [-1, -2], '2 values for shape [-1, -2]'],
    ['the reserved name', '__metadata__', [2], '2 values for shape [2]'],
  ])('refuses %s', (_, name, shape, expected) => {
    const tensors = { [name]: { shape, values: Float32Array.of(1, 2) } };
    expect(() => encodeSafetensors({ tensors, metadata: {} })).toThrow(
      expect.objectContaining({
        name: 'ExpectationError',
        message: `encodeSafetensors: tensor "${name}": expected ${expected} under a name other than "__metadata__", got 2 values`,
      }),
    );
  });
});

describe('decodeSafetensors', () => {
  it('reads a file written by hand, in any order of the header', () => {
    const header =
      '{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}';
    const { tensors, metadata } = decodeSafetensors(fileOf(header, [0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]), 'f');
    expect(tensors).toEqual({
      a: { shape: [], values: Float32Array.of(1) },
      b: { shape: [1], values: Float32Array.of(-2.5) },
    });
    expect(metadata).toEqual({});
  });

  it('gives back the encoded tensors', () => {
    expect(decodeSafetensors(encodeSafetensors(small), 'f')).toEqual(small);
  });

  it('reads a Node Buffer inside a larger one: its slices share memory, and their buffer is the whole', () => {
    const file = encodeSafetensors(small);
    const pool = Buffer.alloc(file.length + 9, 0xff);
    pool.set(file, 5);
    expect(decodeSafetensors(pool.subarray(5, 5 + file.length), 'f')).toEqual(small);
  });

  it('returns values of its own: changing the file later changes nothing', () => {
    const file = encodeSafetensors(small);
    const { tensors } = decodeSafetensors(file, 'f');
    file.fill(0);
    expect(tensors['encoder/bias']!.values[0]).toBe(7);
  });

  it('round-trips any names, shapes, bit patterns and metadata', () => {
    const tensor = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).chain((shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return fc.float32Array({ minLength: size, maxLength: size }).map((values) => ({ shape, values }));
    });
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '0', ''));
    const stored = fc.record({
      tensors: fc.dictionary(
        name.filter((text) => text !== '__metadata__'),
        tensor,
        { noNullPrototype: true },
      ),
      metadata: fc.dictionary(name, fc.string({ unit: 'binary' }), { noNullPrototype: true }),
    });
    fc.assert(
      fc.property(stored, (content) => {
        const { tensors, metadata } = decodeSafetensors(encodeSafetensors(content), 'f');
        expect(Object.entries(tensors)).toEqual(Object.entries(content.tensors));
        expect(Object.entries(metadata)).toEqual(Object.entries(content.metadata));
      }),
    );
  });

  it('keeps a tensor named __proto__, which plain assignment would lose', () => {
    const tensors = Object.fromEntries([['__proto__', { shape: [1], values: Float32Array.of(5) }]]);
    const decoded = decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }), 'f');
    expect(Object.keys(decoded.tensors)).toEqual(['__proto__']);
  });
});

describe('a damaged file', () => {
  const file = encodeSafetensors(small);

  it('is refused when cut at any length', () => {
    const accepted = Array.from(file.keys()).filter(
      (length) => outcome(file.subarray(0, length)) !== 'ExpectationError',
    );
    expect(accepted).toEqual([]);
  });

  it('that was cut is told how long it should be', () => {
    expect(() => decodeSafetensors(file.subarray(0, file.length - 3), 'f')).toThrow(
      `f: expected a file of ${file.length} bytes, which its header tells, got ${file.length - 3} bytes`,
    );
  });

  it('is refused when longer than its tensors', () => {
    expect(outcome(new Uint8Array([...file, 0]))).toBe('ExpectationError');
  });

  it('is read or refused, but never crashes, with any one bit flipped', () => {
    const crashes: string[] = [];
    for (let bit = 0; bit < file.length * 8; bit++) {
      const damaged = file.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const result = outcome(damaged);
      if (typeof result === 'string' && result !== 'ExpectationError') crashes.push(`bit ${bit}: ${result}`);
      if (typeof result !== 'string') expect(bytesOf(result)).toBeLessThanOrEqual(file.length);
    }
    expect(crashes).toEqual([]);
  });

  it('is read or refused, but never crashes, with any bytes at all', () => {
    const length = (bytes: Uint8Array) => fileOf(Buffer.from(bytes).toString('latin1'));
    const anything = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          anything.map(length),
          fc.json().map((json) => fileOf(json)),
        ),
        (bytes) => {
          const result = outcome(bytes);
          return typeof result === 'string' ? result === 'ExpectationError' : bytesOf(result) <= bytes.length;
        },
      ),
    );
  });

  const entry = (more: object) => ({ dtype: 'F32', shape: [1], data_offsets: [0, 4], ...more });
  const headers: readonly [string, unknown, string][] = [
    ['a list as header', [], 'a JSON header, which is an object, got "[]" at its byte 0'],
    ['null as header', null, 'a JSON header, which is an object, got "null" at its byte 0'],
    [
      'another type',
      { a: entry({ dtype: 'I32' }) },
      'tensor "a" to be float32, got I32 of shape [1]; save it as float32',
    ],
    ['a type of another length', { a: entry({ dtype: 'F16' }) }, 'tensor "a", F16 of shape [1], to take 2 bytes, got'],
    ['null as entry', { a: null }, 'a description of tensor "a", an object, got "null}" at its byte 5'],
    ['a number as entry', { a: 3 }, 'a description of tensor "a", an object, got "3}"'],
    ['a fractional size', { a: entry({ shape: [0.5, 2] }) }, 'a shape of tensor "a", whole numbers from 0'],
    ['negative sizes', { a: entry({ shape: [-1, -1] }) }, 'a shape of tensor "a", whole numbers from 0'],
    ['a shape past all numbers', { a: entry({ shape: Array(40).fill(2 ** 52) }) }, 'tensor "a", F32 of shape [45'],
    [
      'a size that the data do not have',
      { a: entry({ shape: [2 ** 31], data_offsets: [0, 2 ** 33] }) },
      'a file of 8589934', // 2^33 and a header
    ],
    ['offsets backwards', { a: entry({ data_offsets: [4, 0] }) }, 'tensor "a" to begin at byte 0 of the data'],
    ['one offset', { a: entry({ data_offsets: [0] }) }, 'data_offsets of tensor "a", two whole numbers'],
    [
      'two tensors on one place',
      { a: entry({}), b: entry({}) },
      'tensor "b" to begin at byte 4 of the data, without gap or overlap, got data_offsets [0, 4]',
    ],
    ['no tensor at all over data', {}, 'a file of 10 bytes, which its header tells, got 14 bytes'],
    [
      'metadata that are not text',
      { __metadata__: { step: 3 }, a: entry({}) },
      'metadata that map names to texts, got "3},',
    ],
    ['metadata that are a list', { __metadata__: ['x'] }, 'metadata that map names to texts, got "[\\"x\\"]}"'],
  ];
  it.each(headers)('is refused with %s', (_, header, words) => {
    const bytes = fileOf(JSON.stringify(header), [0, 0, 0, 0]);
    expect(() => decodeSafetensors(bytes, 'a.safetensors')).toThrow(`a.safetensors: expected ${words}`);
    expect(outcome(bytes)).toBe('ExpectationError');
  });

  it('is refused where its header is nested without end', () => {
    const depth = 100_000;
    expect(outcome(fileOf(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`))).toBe('ExpectationError');
  });

  it('is refused, and nothing allocated, where the header claims to be larger than memory', () => {
    const huge = file.slice();
    huge.fill(0xff, 0, 8);
    expect(() => decodeSafetensors(huge, 'a.safetensors')).toThrow(
      `a.safetensors: expected a header of at most ${file.length - 8} bytes, got a header length of 18446744073709551615; the file is damaged or of another kind`,
    );
  });

  it('does not multiply: many tensors on the same bytes would take many times the file', () => {
    const count = 1000;
    const entries = Array.from({ length: count }, (_, i) => [
      `t${i}`,
      entry({ shape: [1000], data_offsets: [0, 4000] }),
    ]);
    expect(outcome(fileOf(JSON.stringify(Object.fromEntries(entries)), Array(4000).fill(0)))).toBe('ExpectationError');
  });
});

const bytesOf = ({ tensors }: StoredTensors) =>
  Object.values(tensors).reduce((sum, { values }) => sum + values.buffer.byteLength, 0);
