// A data set as one value: named arrays by row, the meaning of their numbers, and which rows belong to which split.
import type { StoredArray } from '../stored/stored-array.ts';

/** All splits, by their names on the command line. */
export const splitNames = ['train', 'validation', 'test'] as const;

/** One of the splits. */
export type SplitName = (typeof splitNames)[number];

/**
 * The values of x.
 *
 * - `'bits'`: 0 and 1
 * - `'levels'`: the 256 levels of a byte, given to models as k/255
 * - `'grey'`: numbers from 0 to 1
 * - `'real'`: any finite numbers
 * - `'counts'`: whole numbers from 0, if they are asked for as such
 * - `'columns'`: a table with categories or bits among its columns
 */
export type ValueForm = 'bits' | 'levels' | 'grey' | 'real' | 'counts' | 'columns';

/** A column of a table, and its columns among the P variables. */
export interface DataColumn {
  readonly name: string;
  readonly kind: 'number' | 'category' | 'bit';
  /** Its first variable. */
  readonly at: number;
  /** Variables: 1, or one for each class. */
  readonly width: number;
  /** Classes of a category, in the order of its variables; otherwise none. */
  readonly classes: readonly string[];
}

/** A value beside x that a model is given: the labels, or another array or column. */
export interface Covariate {
  /** `y` for the labels, or the name of an array or a column. */
  readonly name: string;
  readonly kind: 'number' | 'category' | 'bit';
  /** Columns in a row: a category has one for each class. */
  readonly width: number;
  /** Classes of a category, in the order of its columns; otherwise none. */
  readonly classes: readonly string[];
  /** Shares of the classes, or of 1 among bits, in the training rows, [width]; absent for numbers. */
  readonly shares?: readonly number[];
}

/** The facts about a data set that a model and its figures need, without the data. Plain JSON. */
export interface DataDescription {
  /** One datum: [height, width, channels] of an image, or [P]. */
  readonly shape: readonly number[];
  readonly form: ValueForm;
  /** Least and greatest value, of real numbers and counts: figures need it. */
  readonly range?: readonly [least: number, greatest: number];
  /** Whether some values are missing, so that rows carry a mask. */
  readonly hasMissing: boolean;
  /** Columns of a table; absent for arrays and pictures. */
  readonly columns?: readonly DataColumn[];
  /** Names of the classes of `y`. */
  readonly classes?: readonly string[];
  /** The name of the label's column in a table. */
  readonly label?: string;
  /** The covariates that were asked for, in the order of their columns. */
  readonly covariates?: readonly Covariate[];
}

/** Rows of the set that come from one file, or from one array of it. */
export interface Origin {
  /** A name for it; draws that are made once for each datum depend on it. */
  readonly name: string;
  readonly count: number;
}

/** Facts about all values, as stored. */
export interface ValueFacts {
  /** Least and greatest observed value. */
  readonly range: readonly [least: number, greatest: number];
  readonly observed: number;
  readonly missing: number;
  /** Whether all are whole numbers from 0, so that they can be taken as counts. */
  readonly areCounts: boolean;
}

/** A data set. Rows are numbered over all its files. */
export interface DataSet {
  readonly name: string;
  readonly description: DataDescription;
  /** [n, …shape], as stored. */
  readonly x: StoredArray;
  /** A model sees x divided by this: 255 where levels are stored as 0 … 255, otherwise 1. */
  readonly divisor: number;
  /** The values as stored. */
  readonly values: ValueFacts;
  /** [n, …shape], 1 where x was observed. A NaN in x is missing, too. */
  readonly mask?: StoredArray;
  /** Labels, or other values beside x, [n, …]. */
  readonly y?: StoredArray;
  /** The covariates of the description by name, as models see them: [n, width]. */
  readonly covariates?: Readonly<Record<string, StoredArray>>;
  /** The rows of each split, rising. */
  readonly splits: Readonly<Record<SplitName, Uint32Array>>;
  /** Whether test rows were drawn by a seed; otherwise the source names them. */
  readonly isDrawn: boolean;
  /** Where the rows come from, in their order. */
  readonly origins: readonly Origin[];
  /** A sentence for each decision. */
  readonly notes: readonly string[];
  /** SHA-256 of the data; undefined for MNIST, whose files are verified. It may have to read all of them. */
  checksum(): string | undefined;
  /** Lets files go. */
  close(): void;
}

/** Variables P of a datum. */
export const widthOfDatum = ({ shape }: Pick<DataDescription, 'shape'>): number =>
  shape.reduce((product, size) => product * size, 1);
