// NumPy's .npy, version 1.0: a magic number, the length of the header in two bytes, a Python literal, the numbers.

/** The bytes of an array, row-major. */
export function npyOf(values: Float32Array | Uint8Array, shape: readonly number[]): Uint8Array {
  const type = values instanceof Float32Array ? '<f4' : '|u1';
  const literal = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${literal.padEnd(Math.ceil((literal.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const numbers = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header, 'latin1'), numbers]);
}
