// The header of NumPy's .npy files, version 1.0.

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0];

/** Bytes before the text: the magic ones and the text's length. */
const PREFIX = 10;

/** Values begin at a multiple of this. */
const ALIGNMENT = 64;

/**
 * The bytes before the values of a float32 array in C order, little-endian.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = Math.ceil((PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX;
  const header = new Uint8Array(PREFIX + length);
  header.set(MAGIC);
  new DataView(header.buffer).setUint16(MAGIC.length, length, true);
  header.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), PREFIX);
  return header;
}
