// The checksum of zip files, by itself and by Node where it has one.
import { expect, it } from 'vitest';
import { crc32, crc32InJavaScript } from '../../packages/datasets/src/formats/numpy/crc32.ts';

it.each([
  ['this machine', crc32],
  ['JavaScript', crc32InJavaScript],
])('crc32 of %s gives the check value of the standard, in one piece and in two', (_, sum) => {
  // "check" of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms
  const bytes = new Uint8Array(Buffer.from('123456789'));
  expect(sum(bytes)).toBe(0xcbf43926);
  for (let i = 0; i <= 9; i++) expect(sum(bytes.subarray(i), sum(bytes.subarray(0, i)))).toBe(0xcbf43926);
  const long = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 256);
  expect(sum(long)).toBe(crc32(long));
});
