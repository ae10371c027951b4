// The executor's build for relaxed SIMD: the products of the plain build, with fused additions.
import { setFlagsFromString } from 'node:v8';
import { drawNormal, fold, key } from '@flowvae/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytes as plainBytes } from '../../../packages/compiler/src/executor/files/plain.ts';
import { bytes as relaxedBytes } from '../../../packages/compiler/src/executor/files/relaxed.ts';

/** Node 20 knows the instructions by this flag, later versions without it. */
const flag = 'experimental-wasm-relaxed-simd';
const isUsual = WebAssembly.validate(relaxedBytes() as BufferSource);

const FIRST = 131_072;

/** c + a·b of dense matrices. */
function product(module: WebAssembly.Module, arrays: readonly Float32Array[], [m, n, k]: readonly number[]) {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const places = arrays.map((_, i) => FIRST + (i << 17));
  for (const [i, array] of arrays.entries()) new Float32Array(memory.buffer, places[i]!, array.length).set(array);
  const run = exports.product as (...numbers: readonly number[]) => void;
  run(...[...places, 1, 0, 0, 0], ...[m!, n!, k!, k!, 1, n!, 1, n!, 1], FIRST + (3 << 17));
  return new Float32Array(memory.buffer, places[0]!, m! * n!).slice();
}

describe('the build for relaxed SIMD', () => {
  beforeAll(() => {
    if (!isUsual) setFlagsFromString(`--${flag}`);
  });
  afterAll(() => {
    if (!isUsual) setFlagsFromString(`--no-${flag}`);
  });

  it('has the functions of the plain build', () => {
    const [plain, relaxed] = [plainBytes(), relaxedBytes()].map((bytes) =>
      WebAssembly.Module.exports(new WebAssembly.Module(bytes as BufferSource)).map(({ name }) => name),
    );
    expect(relaxed).toEqual(plain);
  });

  it.each([
    [1, 1, 3],
    [6, 8, 40],
    [5, 7, 400],
    [13, 17, 390],
    [31, 23, 769],
  ])('adds a product of %i rows, %i columns and %i terms as the plain build does', (m, n, k) => {
    const arrays = [m * n, m * k, k * n].map((size, i) => drawNormal(fold(key(4), i), size));
    const [plain, relaxed] = [plainBytes(), relaxedBytes()].map((bytes) =>
      product(new WebAssembly.Module(bytes as BufferSource), arrays, [m, n, k]),
    );
    for (const [i, x] of plain!.entries()) expect(Math.abs(x - relaxed![i]!)).toBeLessThan(1e-6 * Math.sqrt(k) * 4);
  });
});
