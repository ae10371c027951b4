// Fields of protocol buffers as bytes: https://protobuf.dev/programming-guides/encoding.

const utf8 = new TextEncoder();

/** @param wire 0: varint, 1: 64 bits, 2: length-delimited, 5: 32 bits */
const key = (field: number, wire: number) => varint(field * 8 + wire);

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value; // beyond 32 bits, because bit operations would truncate it
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** Fields one after the other: a message. */
export const message = (...fields: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(fields));

/** A field of a whole number from 0, a truth value, or a member of an enumeration. */
export const whole = (field: number, value: number): Uint8Array => message(key(field, 0), varint(value));

/** A field of 64 bits. */
export function double(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return message(key(field, 1), bytes);
}

/** A field of 32 bits. */
export function float(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return message(key(field, 5), bytes);
}

/** A field of bytes, or of an inner message. */
export const delimited = (field: number, bytes: Uint8Array): Uint8Array =>
  message(key(field, 2), varint(bytes.length), bytes);

/** A field of text. */
export const text = (field: number, value: string): Uint8Array => delimited(field, utf8.encode(value));

/** A field of numbers of 64 bits, without a key before each. */
export const packedDoubles = (field: number, values: readonly number[]): Uint8Array =>
  delimited(field, new Uint8Array(Float64Array.from(values).buffer));
