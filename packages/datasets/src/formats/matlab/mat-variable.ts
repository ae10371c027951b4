// A variable of a MATLAB file.
import type { ElementType } from '../../stored/element-types.ts';
import type { StoredArray } from '../../stored/stored-array.ts';

/** An array of numbers in a MATLAB file. */
export interface MatArray {
  readonly name: string;
  /** As MATLAB prints it. */
  readonly shape: readonly number[];
  /** The class of the array. */
  readonly type: ElementType;
  /**
   * The array with one datum for each row, so the first axis is n; or for each column of a matrix (each last index), so
   * all axes come in reverse order.
   */
  open(order: 'rows' | 'columns'): StoredArray;
}

/** A variable, or its kind where it is no array of numbers. */
export type MatVariable = MatArray | { readonly name: string; readonly unreadable: string };
