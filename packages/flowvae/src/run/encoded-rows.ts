// The rows that `encode` and `impute` take: those of a split, or all in the order of the files.
import type { DataSet, SplitName } from '@flowvae/datasets';

/** A split, or `'all'`. */
export type EncodedSplit = SplitName | 'all';

/** The rows by their numbers over all files. */
export function rowsOfSplit({ splits, x }: DataSet, split: EncodedSplit): Uint32Array {
  return split === 'all' ? Uint32Array.from({ length: x.shape[0]! }, (_, row) => row) : splits[split];
}
