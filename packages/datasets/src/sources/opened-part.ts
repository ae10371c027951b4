// The result of every kind of source: parts of a data set before they are divided.

import type { Covariate, DataColumn, SplitName } from '../sets/data-set.ts';
import type { StoredArray } from '../stored/stored-array.ts';

/** Rows from one file or one array. */
export interface OpenedPart {
  /** The split that the source itself says they are; absent: it does not say. */
  readonly role?: SplitName;
  /** A name for draws that are made once for each row. */
  readonly name: string;
  /** [n, …] */
  readonly x: StoredArray;
  readonly mask?: StoredArray | undefined;
  /** [n, …] */
  readonly y?: StoredArray | undefined;
  /** Other arrays by name, [n, …]: those that were asked for and are there. */
  readonly beside?: Readonly<Record<string, StoredArray>>;
  /** The part of each row by a column of the file, by name. */
  readonly partOf?: { readonly values: ArrayLike<number>; readonly names: readonly string[] } | undefined;
}

/** An opened source. */
export interface OpenedSource {
  readonly name: string;
  readonly parts: readonly OpenedPart[];
  readonly columns?: readonly DataColumn[];
  readonly classes?: readonly string[];
  readonly label?: string;
  /** The kinds of a table's columns beside the data. */
  readonly besideColumns?: readonly Covariate[];
  readonly notes: readonly string[];
  /** Whether validation rows are the last of the training rows, as is usual for MNIST's files; otherwise drawn. */
  readonly validatesLast?: boolean;
  checksum(): string | undefined;
  close(): void;
}

/** Choices about the reading of a source. Each is for some kinds of sources only. */
export interface SourceOptions {
  /** Labels: the column of a table, or arrays of a file (one for each part). */
  readonly labels?: readonly string[];
  /** Arrays of a file that are 1 where x was observed (one for each part). */
  readonly mask?: readonly string[];
  /** Columns of a table to leave out. */
  readonly leaveOut?: readonly string[];
  /** The column of a table, or the array of a file, that divides the rows. */
  readonly partColumn?: string;
  /** Arrays or columns that are wanted beside the data. */
  readonly beside?: readonly string[];
  /** Height and width to which pictures are resized. */
  readonly size?: readonly [height: number, width: number];
  /** Whether coloured pictures become grey. Default false. */
  readonly grey?: boolean;
  /** Whether values x in 0 … 1 become 1 − x. Default false. */
  readonly invert?: boolean;
  /** The columns and classes of the data that a model was trained on. */
  readonly like?: LikeData;
}

/** The part of a description that fixes how another table is read. */
export interface LikeData {
  readonly columns?: readonly DataColumn[];
  readonly classes?: readonly string[];
  readonly label?: string;
  readonly covariates?: readonly Covariate[];
}
