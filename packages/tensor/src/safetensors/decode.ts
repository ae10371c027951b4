// The values of a safetensors file: float32 only, as parameters are, or each tensor by its type.
import { ExpectationError } from '../expectation-error.ts';
import type { Dtype } from './dtype.ts';
import { readSafetensorsHeader } from './header.ts';
import type { StoredTensor, StoredTensors } from './stored-tensors.ts';

/** Arrays that hold the values of each type exactly: half precision as float32, truth values as bytes. */
export interface ArrayOfDtype {
  readonly F64: Float64Array;
  readonly F32: Float32Array;
  readonly F16: Float32Array;
  readonly BF16: Float32Array;
  readonly I64: BigInt64Array;
  readonly U64: BigUint64Array;
  readonly I32: Int32Array;
  readonly U32: Uint32Array;
  readonly I16: Int16Array;
  readonly U16: Uint16Array;
  readonly I8: Int8Array;
  readonly U8: Uint8Array;
  readonly BOOL: Uint8Array;
}

/** A tensor of any type with exact values in JavaScript; `dtype` tells the type of `values`. */
export type TypedTensor = {
  readonly [D in keyof ArrayOfDtype]: {
    readonly dtype: D;
    readonly shape: readonly number[];
    readonly values: ArrayOfDtype[D];
  };
}[keyof ArrayOfDtype];

/** Tensors of any type by name, and free text metadata. */
export interface TypedTensors {
  readonly tensors: Readonly<Record<string, TypedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Options of the decoders. */
export interface DecodeSafetensorsOptions {
  /** Tensors of any type whose values are not read, such as a PyTorch module's integer buffers. Default: none. */
  readonly leaveOut?: (name: string) => boolean;
  /**
   * Whether large values are views of the file's bytes where those are aligned, instead of copies: a file of hundreds
   * of megabytes is then in memory once. Default false.
   */
  readonly sharesFile?: boolean;
}

/** Smaller values are copied: a kept view, or one sent to a thread, would hold the whole file. */
const LEAST_SHARED = 2 ** 20;

/**
 * Decodes a safetensors file of float32 tensors. The values are copies unless `sharesFile`.
 *
 * @param where the file's name, for errors
 * @throws ExpectationError if the file is truncated, its header is damaged (see {@link readSafetensorsHeader}), or a
 * tensor is not float32
 */
export function decodeSafetensors(
  file: Uint8Array,
  where: string,
  options: DecodeSafetensorsOptions = {},
): StoredTensors {
  return decode(file, { where, ...options }, (bytes, { name, dtype, shape }): StoredTensor => {
    if (dtype === 'F32') return { shape, values: arrays.F32(bytes) };
    throw new ExpectationError({
      where,
      expected: `tensor "${name}" to be float32`,
      received: `${dtype} of shape [${shape.join(', ')}]`,
      remedy: 'save it as float32, or leave it out',
    });
  });
}

/**
 * Decodes a safetensors file of tensors of several types, each by its values.
 *
 * F16 and BF16 become float32, which holds them exactly; I64 and U64 become arrays of bigint.
 * @param where the file's name, for errors
 * @throws ExpectationError as {@link decodeSafetensors}, and where a tensor has a type of fewer than 8 bits, of 8-bit
 * floats, or complex
 * @example const { images } = decodeTypedSafetensors(bytes, 'a.safetensors').tensors; // images.dtype is 'U8',
 * images.values a Uint8Array
 */
export function decodeTypedSafetensors(
  file: Uint8Array,
  where: string,
  options: DecodeSafetensorsOptions = {},
): TypedTensors {
  return decode(file, { where, ...options }, (bytes, { name, dtype, shape }): TypedTensor => {
    if (Object.hasOwn(arrays, dtype)) {
      const known = dtype as keyof ArrayOfDtype;
      return { dtype: known, shape, values: arrays[known](bytes) } as TypedTensor;
    }
    throw new ExpectationError({
      where,
      expected: `tensor "${name}" to be one of ${Object.keys(arrays).join(', ')}`,
      received: dtype,
      remedy: 'convert it before it is saved, or leave it out',
    });
  });
}

interface Described {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

function decode<T>(
  file: Uint8Array,
  { where, leaveOut = () => false, sharesFile = false }: DecodeSafetensorsOptions & { readonly where: string },
  read: (bytes: Bytes, described: Described) => T,
): { readonly tensors: Readonly<Record<string, T>>; readonly metadata: Readonly<Record<string, string>> } {
  // the slice of a Node Buffer does not copy
  const plain = new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength);
  const { tensors, metadata } = readSafetensorsHeader(plain, where);
  const kept = Object.entries(tensors).filter(([name]) => !leaveOut(name));
  const values = kept.map(([name, { dtype, shape, from, to }]): [string, T] => {
    const isShared = sharesFile && to - from >= LEAST_SHARED && (plain.byteOffset + from) % WIDEST === 0;
    return [name, read(isShared ? plain.subarray(from, to) : plain.slice(from, to), { name, dtype, shape })];
  });
  return { tensors: Object.fromEntries(values), metadata };
}

/** Bytes of one tensor. */
type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of the widest element. */
const WIDEST = 8;

type NumberArray<A> = new (buffer: ArrayBuffer, offset: number, length: number) => A;

/** The same bytes as numbers. */
const viewed = <A>(Numbers: NumberArray<A> & { readonly BYTES_PER_ELEMENT: number }, bytes: Bytes): A =>
  new Numbers(bytes.buffer, bytes.byteOffset, bytes.byteLength / Numbers.BYTES_PER_ELEMENT);

const arrays: { readonly [D in keyof ArrayOfDtype]: (bytes: Bytes) => ArrayOfDtype[D] } = {
  F64: (bytes) => viewed(Float64Array, bytes),
  F32: (bytes) => viewed(Float32Array, bytes),
  F16: (bytes) => Float32Array.from(viewed(Uint16Array, bytes), halfValue),
  BF16: (bytes) => new Float32Array(Uint32Array.from(viewed(Uint16Array, bytes), (bits) => bits << 16).buffer),
  I64: (bytes) => viewed(BigInt64Array, bytes),
  U64: (bytes) => viewed(BigUint64Array, bytes),
  I32: (bytes) => viewed(Int32Array, bytes),
  U32: (bytes) => viewed(Uint32Array, bytes),
  I16: (bytes) => viewed(Int16Array, bytes),
  U16: (bytes) => viewed(Uint16Array, bytes),
  I8: (bytes) => viewed(Int8Array, bytes),
  U8: (bytes) => viewed(Uint8Array, bytes),
  BOOL: (bytes) => viewed(Uint8Array, bytes),
};

/**
 * binary16 of IEEE 754: (−1)^s · 2^(e − 15) · (1 + f/1024), below exponent 1 without the leading 1, at exponent 31 ∞ or
 * NaN.
 */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
