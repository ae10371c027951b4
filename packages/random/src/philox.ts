// Philox 4x32-10, the block function under every draw: a counter of four words and a key of two give four random words.

/** Four uint32 words: a counter, or the random block it gives. */
export type Words = [number, number, number, number];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/**
 * The upper 32 bits of the 64-bit product of two uint32 numbers.
 *
 * Schoolbook multiplication of 16-bit digits; no partial sum reaches 2^32, so all numbers stay exact integers.
 */
function upperProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const first = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const second = (Math.imul(aLow, bHigh) + (first & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (first >>> 16) + (second >>> 16)) >>> 0;
}

/**
 * Overwrites a counter with its random block.
 *
 * One round: (x0, x1, x2, x3) → (hi(M1·x2) ^ x1 ^ k0, lo(M1·x2), hi(M0·x0) ^ x3 ^ k1, lo(M0·x0)); then k0 += W0, k1 +=
 * W1.
 *
 * @param rounds 10 everywhere; a test uses fewer to show that the known answers notice it
 * @see Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3
 */
export function philox4x32(words: Words, k0: number, k1: number, rounds = 10): void {
  let x0 = words[0];
  let x1 = words[1];
  let x2 = words[2];
  let x3 = words[3];
  for (let round = 0; round < rounds; round++) {
    const upper0 = upperProduct(M0, x0);
    const upper1 = upperProduct(M1, x2);
    const lower0 = Math.imul(M0, x0) >>> 0;
    x0 = (upper1 ^ x1 ^ k0) >>> 0;
    x1 = Math.imul(M1, x2) >>> 0;
    x2 = (upper0 ^ x3 ^ k1) >>> 0;
    x3 = lower0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}
