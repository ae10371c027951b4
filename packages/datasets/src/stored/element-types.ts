// Numbers as files store them, decoded to float32.

/**
 * Types of a stored number by kind and bytes, named as NumPy names them: b bool (a byte, 0 or 1), u unsigned, i signed,
 * f IEEE 754.
 */
export const elementTypes = ['b1', 'u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8'] as const;

/** The type of a stored number. */
export type ElementType = (typeof elementTypes)[number];

/** Bytes of one number. */
export const sizeOf = (type: ElementType): number => Number(type[1]);

/** How numbers lie in bytes. */
export interface Encoding {
  readonly type: ElementType;
  /** Whether the byte of least weight comes first. */
  readonly littleEndian: boolean;
}

type Getter = (view: DataView, offset: number, littleEndian: boolean) => number;

const getters: Readonly<Record<ElementType, Getter>> = {
  b1: (view, at) => Number(view.getUint8(at) !== 0),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => ofBigInt(view.getBigUint64(at, little)),
  i8: (view, at, little) => ofBigInt(view.getBigInt64(at, little)),
  f2: (view, at, little) => halfFloat(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/**
 * A number that rounds to the float32 next to an integer of 64 bits. Rounding to float64 on the way may end at a tie
 * that is none, so above 2^53 the bits that are cut off leave a 1 behind ("round to odd").
 */
function ofBigInt(value: bigint): number {
  const rounded = Number(value);
  if (Math.abs(rounded) <= Number.MAX_SAFE_INTEGER) return rounded;
  const cut = value & 0x7ffn ? 1n : 0n;
  return Number((value >> 11n) | cut) * 2048;
}

/** 1 sign, 5 exponent, 10 fraction bits. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Whether this machine puts the byte of least weight first. */
export const nativeIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Decodes numbers one after the other, rounded to float32: integers above 2^24 and float64 lose digits.
 *
 * @param out as many numbers as the bytes hold
 */
export function decode(bytes: Uint8Array, { type, littleEndian }: Encoding, out: Float32Array): void {
  if (type === 'u1') {
    out.set(bytes);
    return;
  }
  if (type === 'f4' && littleEndian === nativeIsLittle) {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [get, size] = [getters[type], sizeOf(type)];
  for (let i = 0; i < out.length; i++) out[i] = get(view, i * size, littleEndian);
}
