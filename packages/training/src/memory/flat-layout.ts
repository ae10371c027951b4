// The place of each variable in a flat region of float32 values.
import { ExpectationError, type NamedVariables } from '@flowvae/tensor';

export const BYTES = 4;

/** Each variable starts at a multiple of 16 bytes, so that vector loads never straddle two variables' padding. */
const LANES = 4;

/** A variable's place, in float32 values. */
interface Place {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Variables side by side, each padded with zeros to a multiple of four values. */
export interface FlatLayout {
  /** Length of a region in float32 values, padding included. */
  readonly length: number;
  readonly places: readonly Place[];
}

const padded = (size: number) => Math.ceil(size / LANES) * LANES;

/** @throws ExpectationError if there is no variable */
export function flatLayout(variables: NamedVariables): FlatLayout {
  let length = 0;
  const places = Object.entries(variables).map(([name, { size }]) => {
    const place = { name, offset: length, size };
    length += padded(size);
    return place;
  });
  if (length === 0) {
    throw new ExpectationError({ where: 'fit: variables', expected: 'at least one variable', received: 'none' });
  }
  return { length, places };
}

/** Views of a region by variable name. */
export function viewsOf({ places }: FlatLayout, region: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(places.map(({ name, offset, size }) => [name, region.subarray(offset, offset + size)]));
}

/**
 * The start of each worker's share, for `shards` workers; the last entry is the end. All are multiples of four.
 *
 * @param columns of matrices that may be cut only between rows, by name
 */
export function shareBounds(
  { length, places }: FlatLayout,
  shards: number,
  columns: Readonly<Record<string, number>> = {},
): number[] {
  return Array.from({ length: shards + 1 }, (_, shard) => {
    const even = LANES * Math.floor((length / LANES) * (shard / shards));
    const cut = places.find(({ offset, size }) => offset < even && even < offset + size);
    const width = cut && columns[cut.name];
    if (!width) return even;
    // a multiple of four rows begins at a multiple of four
    const rows = LANES * Math.round((even - cut.offset) / width / LANES);
    return cut.offset + Math.min(rows * width, padded(cut.size));
  });
}
