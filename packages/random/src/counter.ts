// The use of the four words of a Philox counter, which keeps draws and derived keys apart.
//
//   word 0, 1   the count: the block of a draw (elements 4·block … 4·block + 3), or the number folded into a key
//   word 2      the domain below
//   word 3      0
//
// A draw holds fewer than 2^32 blocks, so its word 1 is 0.

/** Word 2 of a counter. */
export const Domain = {
  /** The numbers that a key gives. The kernels in assembly/ need the value 0. */
  draw: 0,
  /** A key folded with a step: words 0 and 1 are the step's lower and upper half. */
  step: 1,
  /** A key folded with a purpose: words 0 and 1 are a hash of its text. */
  purpose: 2,
} as const;
