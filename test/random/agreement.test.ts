// The WebAssembly kernels equal the TypeScript reference bit for bit, and they are in use.
import {
  bulkDraws,
  drawBernoulli,
  drawBernoulliBytes,
  drawBits,
  drawNormal,
  drawUniform,
  fold,
  type Key,
  key,
} from '@flowvae/random';
import { expect, test } from 'vitest';
import { refuseStale } from '../../packages/random/src/draws.ts';
import { bytes } from '../../packages/random/src/kernels.ts';
import { referenceDraws } from '../../packages/random/src/reference.ts';
import { wasmDraws } from '../../packages/random/src/wasm-draws.ts';

const big = 3 * 4096 + 5; // several chunks of the kernels and a rest
const lengths = [...Array(71).keys(), 4095, 4096, 4097, big];
const keys: Key[] = [key(0), key(2 ** 53 - 1), { k0: 0xffffffff, k1: 0x80000000 }, fold(key(7), 'noise', 3)];

const probabilities = (n: number) => Float32Array.from({ length: n }, (_, i) => ((i * 37) % 101) / 100);
const intensities = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 97) % 256);

/** Each draw: as it is served, and by the reference. */
const draws = {
  bits: [drawBits, referenceDraws.bits],
  uniform: [drawUniform, referenceDraws.uniform],
  normal: [drawNormal, referenceDraws.normal],
  bernoulli: [
    (k: Key, n: number) => drawBernoulli(k, probabilities(n)),
    (k: Key, out: Float32Array) => referenceDraws.bernoulli(k, probabilities(out.length), out),
  ],
  bernoulliBytes: [
    (k: Key, n: number) => drawBernoulliBytes(k, intensities(n)),
    (k: Key, out: Float32Array) => referenceDraws.bernoulliBytes(k, intensities(out.length), out),
  ],
} as const;
type Serve = (k: Key, n: number) => Uint32Array | Float32Array;
type Refer = (k: Key, out: Uint32Array | Float32Array) => void;

const raw = (values: Uint32Array | Float32Array) => new Uint8Array(values.buffer, 0, 4 * values.length);

test('the kernels serve', () => {
  expect(bulkDraws).toBe('wasm-simd');
});

test('the reference serves if the kernels have not been built', () => {
  expect(wasmDraws(bytes(new URL('missing.wasm', import.meta.url)))).toBeUndefined();
});

test('kernels that were built from other sources are refused', () => {
  const stale = {
    ...referenceDraws,
    normal(k: Key, out: Float32Array) {
      referenceDraws.normal(k, out);
      out[9]! *= 1 + 2 ** -23;
    },
  };
  expect(() => refuseStale(stale)).toThrow('random.wasm: expected kernels that agree with src/reference.ts, got other');
  expect(() => refuseStale(wasmDraws(bytes())!)).not.toThrow();
});

test.each(Object.entries(draws))('%s: kernels and reference agree bit for bit', (_, [serve, refer]) => {
  for (const k of keys) {
    for (const n of lengths) {
      const served = (serve as Serve)(k, n);
      const expected = served instanceof Uint32Array ? new Uint32Array(n) : new Float32Array(n);
      (refer as Refer)(k, expected);
      expect(served.length).toBe(n);
      expect(Buffer.compare(raw(served), raw(expected)), `length ${n}`).toBe(0);
    }
  }
});

test('agreement holds over many normals, where every branch of the polynomials is taken', () => {
  const n = 400_000;
  const expected = new Float32Array(n);
  referenceDraws.normal(key(11), expected);
  expect(Buffer.compare(raw(drawNormal(key(11), n)), raw(expected))).toBe(0);
});

test.each(Object.entries(draws))('%s: a longer draw starts with the shorter one', (_, [serve]) => {
  const long = (serve as Serve)(key(5), big);
  for (const n of lengths) {
    const short = (serve as Serve)(key(5), n);
    expect(Buffer.compare(raw(short), raw(long).subarray(0, 4 * n)), `length ${n}`).toBe(0);
  }
});

test('an array that is given is filled, wherever it lies in its buffer, and nothing beside it', () => {
  const buffer = new Float32Array(110).fill(9);
  const out = buffer.subarray(3, 104);
  expect(drawNormal(key(2), out)).toBe(out);
  expect([...out]).toEqual([...drawNormal(key(2), 101)]);
  expect([...buffer.subarray(0, 3), ...buffer.subarray(104)]).toEqual(Array(9).fill(9));
});

test('drawBernoulliBytes is drawBernoulli with the probabilities byte/255', () => {
  const bytes = intensities(5000);
  expect(drawBernoulliBytes(key(4), bytes)).toEqual(
    drawBernoulli(
      key(4),
      Float32Array.from(bytes, (byte) => byte / 255),
    ),
  );
});

test('the numbers themselves never change', () => {
  expect([...drawBits(key(42), 3)]).toMatchInlineSnapshot(`
    [
      2632642643,
      2012563771,
      314527917,
    ]
  `);
  expect([...drawNormal(key(42), 3)]).toMatchInlineSnapshot(`
    [
      -0.9701898097991943,
      0.19401895999908447,
      -1.2356208562850952,
    ]
  `);
  expect(fold(key(42), 'noise', 7)).toMatchInlineSnapshot(`
    {
      "k0": 2840589603,
      "k1": 3587386954,
    }
  `);
});
