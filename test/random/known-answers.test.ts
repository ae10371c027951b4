// Philox 4x32-10 against the answers that its authors publish (Random123, kat_vectors).
import { expect, test } from 'vitest';
import { philox4x32, type Words } from '../../packages/random/src/philox.ts';

const ones = 0xffffffff;
const cases: { name: string; counter: Words; key: [number, number]; block: string }[] = [
  { name: 'zeros', counter: [0, 0, 0, 0], key: [0, 0], block: '6627e8d5 e169c58d bc57ac4c 9b00dbd8' },
  { name: 'ones', counter: [ones, ones, ones, ones], key: [ones, ones], block: '408f276d 41c83b0e a20bc7c6 6d5451fd' },
  {
    name: 'digits of pi',
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    block: 'd16cfe09 94fdcceb 5001e420 24126ea1',
  },
];

function block(counter: Words, [k0, k1]: [number, number], rounds?: number): string {
  const words: Words = [...counter];
  philox4x32(words, k0, k1, rounds);
  return words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
}

test.each(cases)('philox4x32 gives the published block for $name', ({ counter, key, block: expected }) => {
  expect(block(counter, key)).toBe(expected);
});

test.each(cases)(
  'the test notices a missing or an extra round for $name (mutant)',
  ({ counter, key, block: expected }) => {
    expect(block(counter, key, 9)).not.toBe(expected);
    expect(block(counter, key, 11)).not.toBe(expected);
  },
);
