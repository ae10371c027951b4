// The file and the position in it of each row of a data set.
import type { ImagePlace } from '../binarisation.ts';
import type { Origin } from './data-set.ts';

/** The place of a row, numbered over all files. */
export function placesOf(origins: readonly Origin[]): (row: number) => ImagePlace {
  const ends: number[] = [];
  for (const { count } of origins) ends.push((ends.at(-1) ?? 0) + count);
  return (row) => {
    const file = ends.findIndex((end) => row < end);
    return { file: origins[file]!.name, index: row - (ends[file - 1] ?? 0) };
  };
}
