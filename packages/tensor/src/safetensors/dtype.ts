// The types of numbers that a safetensors file may hold.

/** Bits of one element of every type that the format knows (safetensors 0.8). */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** A type by its name in the format. */
export type Dtype = keyof typeof BITS;

export const isDtype = (name: string): name is Dtype => Object.hasOwn(BITS, name);

export const bitsOf = (dtype: Dtype): bigint => BigInt(BITS[dtype]);
