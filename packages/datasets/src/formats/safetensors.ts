// The tensors of a .safetensors file as stored arrays, each read row by row from the file.
import { elementCount, readSafetensorsHeader, safetensorsHeaderEnd, type TensorPlace } from '@flowvae/tensor/plain';
import type { ByteSource } from '../stored/byte-source.ts';
import { printable } from '../stored/damage.ts';
import type { ElementType } from '../stored/element-types.ts';
import { arrayOfRows, type StoredArray, storedArray } from '../stored/stored-array.ts';
import { type Field, type NamedArrays, type OpenArraysOptions, openFields } from './named-arrays.ts';

/** The types whose values are numbers of float32's range; BF16 is widened on its own. */
const types: Partial<Record<TensorPlace['dtype'], ElementType>> = {
  BOOL: 'b1',
  U8: 'u1',
  I8: 'i1',
  U16: 'u2',
  I16: 'i2',
  U32: 'u4',
  I32: 'i4',
  U64: 'u8',
  I64: 'i8',
  F16: 'f2',
  F32: 'f4',
  F64: 'f8',
};

/**
 * The tensors of a .safetensors file by their names. Types of fewer than 8 bits, floats of 8 bits and complex numbers
 * are left out and named.
 *
 * @throws ExpectationError where the header is damaged, or a tensor that was asked for has no type that is read
 */
export function readSafetensors(source: ByteSource, options: OpenArraysOptions = {}): NamedArrays {
  const { where, length } = source;
  const end = safetensorsHeaderEnd(source.read(0, Math.min(8, length)), where, length);
  const { tensors } = readSafetensorsHeader(source.read(0, end), where, length);
  const fields = Object.entries(tensors).map(([name, place]) => fieldOf(name, place, source));
  return openFields(where, fields, options);
}

function fieldOf(name: string, place: TensorPlace, source: ByteSource): Field {
  const where = `${source.where}: ${printable(name)}`;
  const type = types[place.dtype];
  if (place.dtype === 'BF16') return { name, open: () => widened(source, place, where) };
  if (type === undefined) return { name, unreadable: `a tensor of type ${place.dtype}` };
  const { shape, from: offset } = place;
  return { name, open: () => storedArray(source, { shape, type, offset, littleEndian: true }, where) };
}

/** bfloat16 is the upper half of float32. */
function widened(source: ByteSource, { shape, from: offset }: TensorPlace, where: string): StoredArray {
  const halves = storedArray(source, { shape, type: 'u2', offset, littleEndian: true }, where);
  const width = elementCount(shape.slice(1));
  return arrayOfRows({
    where,
    shape,
    encoding: { type: 'f4', littleEndian: true },
    bytesAt(from, to) {
      const bits = new Float32Array((to - from) * width);
      halves.read(from, to, bits);
      const wide = new DataView(new ArrayBuffer(4 * bits.length));
      bits.forEach((half, i) => {
        wide.setUint32(4 * i, half << 16, true);
      });
      return new Uint8Array(wide.buffer);
    },
  });
}
