// Reproducible inputs for the reference programs: short decimals that are exact in float32, made with `+`, `×` and
// rounding only, so that every machine and every engine draws the same bits.

/** Uniform numbers in [0, 1) from a 32-bit state (the public-domain generator mulberry32). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A nearly normal number: twelve uniforms minus 6 have mean 0 and variance 1, and need no logarithm or cosine. */
function nearlyNormal(uniform: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += uniform();
  return sum;
}

/** `count` nearly normal numbers, rounded to two decimals before the scale is applied, then to float32. */
export function normals(uniform: () => number, count: number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, () => (Math.round(nearlyNormal(uniform) * 100) / 100 + 0) * scale);
}
