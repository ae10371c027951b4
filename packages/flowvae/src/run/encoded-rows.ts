// The rows that `encode` and `impute` take: those of a split, or all in the order of the files.
import type { DataSet, SplitName } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor';
import { counted, nounOf } from '../report/counted.ts';

/** A split, or `'all'`. */
export type EncodedSplit = SplitName | 'all';

/** The rows by their numbers over all files. */
export function rowsOfSplit({ splits, x }: DataSet, split: EncodedSplit): Uint32Array {
  return split === 'all' ? Uint32Array.from({ length: x.shape[0]! }, (_, row) => row) : splits[split];
}

/** A split of a set, and the rows that are wanted of it. */
interface WantedRows {
  readonly split: EncodedSplit;
  /** At most so many. */
  readonly images?: number | undefined;
  /** The work on the rows, done: for example `encoded`. */
  readonly done: string;
}

/** A line if there are fewer rows than wanted. */
export function fewerNotice(set: DataSet, { split, images, done }: WantedRows): string[] {
  const count = rowsOfSplit(set, split).length;
  if (images === undefined || images <= count) return [];
  return [
    `--images ${images}: the ${split} split has ${counted(count, nounOf(set.description))}; all of them are ${done}`,
  ];
}

/** @throws ExpectationError if a split has no rows */
export function refuseEmptySplit(set: DataSet, split: EncodedSplit): void {
  if (rowsOfSplit(set, split).length > 0) return;
  const expected = `a split with ${nounOf(set.description)}s`;
  throw new ExpectationError({ where: `--split ${split}`, expected, received: 'none in it' });
}
