// Arrays in memory as stored arrays.
import { bytesInMemory } from '../stored/byte-source.ts';
import { type ElementType, nativeIsLittle } from '../stored/element-types.ts';
import { type StoredArray, storedArray } from '../stored/stored-array.ts';

/** Numbers of this machine, row-major. */
export function arrayInMemory(
  values: Float32Array | Uint8Array | Int32Array,
  shape: readonly number[],
  where: string,
): StoredArray {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const type: ElementType = values instanceof Float32Array ? 'f4' : values instanceof Int32Array ? 'i4' : 'u1';
  return storedArray(bytesInMemory(bytes, where), { shape, type, offset: 0, littleEndian: nativeIsLittle });
}

/** An array that is read when its rows are first asked for. */
export function readLater(form: Pick<StoredArray, 'where' | 'shape' | 'type'>, read: () => StoredArray): StoredArray {
  let array: StoredArray | undefined;
  const opened = () => {
    array ??= read();
    return array;
  };
  return {
    ...form,
    read: (from, to, out) => opened().read(from, to, out),
    ...(form.type === 'u1' && { readBytes: (from: number, to: number) => opened().readBytes!(from, to) }),
  };
}
