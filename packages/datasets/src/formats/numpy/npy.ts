// NumPy's .npy files: one array, read row by row from the file.
import type { ByteSource } from '../../stored/byte-source.ts';
import { storedArray } from '../../stored/stored-array.ts';
import { type Field, type NamedArrays, type OpenArraysOptions, openFields } from '../named-arrays.ts';
import { longestNpyHeader, type NpyHeader, npyLength, readNpyHeader } from './npy-header.ts';

/**
 * The array of a .npy file, called `data`.
 *
 * In C order rows are read from the source when they are asked for; in Fortran order the first row asked for reads all.
 * @throws ExpectationError where the header is damaged, the file is too short, or the elements are no numbers
 */
export function readNpy(source: ByteSource, options: OpenArraysOptions = {}): NamedArrays {
  const { where, length } = source;
  const header = readNpyHeader(source.read(0, Math.min(length, longestNpyHeader)), where);
  const { arrays, notes } = openFields(where, [npyField('data', header, source)], options);
  const surplus = length - npyLength(header)!;
  if (surplus === 0) return { arrays, notes };
  return { arrays, notes: [...notes, `${surplus} bytes follow the array, perhaps a second one; they are left out`] };
}

/** An array of a file by its header, which was read before. */
export function npyField(name: string, { encoding, elements, ...place }: NpyHeader, source: ByteSource): Field {
  if (!encoding) return { name, unreadable: elements };
  return { name, open: () => storedArray(source, { ...encoding, ...place }) };
}
