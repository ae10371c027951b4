// The arrays of IDX files, of every type that the format has; and EMNIST, whose images lie on their sides.
import { basename } from 'node:path';
import type { ByteSource } from '../stored/byte-source.ts';
import { damaged } from '../stored/damage.ts';
import { type StoredArray, storedArray } from '../stored/stored-array.ts';
import { columnMajorImages } from '../stored/views.ts';
import { beginning, checkIdxLength, idxHeaderOf, longestHeader } from './idx-header.ts';
import { type NamedArrays, type OpenArraysOptions, openFields } from './named-arrays.ts';

/**
 * The array of an IDX file of any of its types, called `data`. Images of EMNIST, known by their file names, lie in the
 * file with rows and columns exchanged; they are turned back.
 *
 * @throws ExpectationError where it is another kind of file, or its length and its header disagree
 */
export function readIdx(source: ByteSource, options: OpenArraysOptions = {}): NamedArrays {
  const { where, length } = source;
  const head = source.read(0, Math.min(longestHeader, length));
  const header = idxHeaderOf(head);
  if (!header) throw damaged(where, 'an IDX header of a known type and 1 to 4 axes', beginning(head));
  checkIdxLength(where, header, length);
  const { sizes: shape, type, offset } = header;
  const stored = storedArray(source, { shape, type, offset, littleEndian: false });
  const isTransposed = isEmnist(where) && shape.length === 3;
  const open = () => (isTransposed ? transposed(stored) : stored);
  const { arrays } = openFields(where, [{ name: 'data', open }], options);
  return { arrays, notes: isTransposed ? ['EMNIST stores every image transposed; they are turned back'] : [] };
}

/** The names that EMNIST gives its files (Cohen et al. 2017, arXiv:1702.05373). */
const EMNIST = /^emnist-[a-z]+-(train|test)-images[-.]idx3-ubyte(\.gz)?$/;

const isEmnist = (where: string): boolean => EMNIST.test(basename(where));

const transposed = (array: StoredArray): StoredArray => columnMajorImages(array, array.shape[2]!, array.shape[1]!);
