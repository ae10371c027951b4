// Rows as named arrays one after the other: the data, a mask, covariates.

import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ExpectationError } from './expectation-error.ts';
import { checkShape } from './shape.ts';
import { tf } from './tensorflow.ts';

/** An array of a row, by its first column and its width. */
export interface RowPart {
  readonly name: string;
  readonly at: number;
  readonly width: number;
}

/** The arrays of a row in their order, without gaps: `x`, then `mask` if values may be missing, then covariates. */
export type RowLayout = readonly RowPart[];

/** The names of a row's own arrays; all others are covariates. */
const own: readonly string[] = ['x', 'mask'];

/**
 * Arrays of these widths, one after the other.
 *
 * @throws ExpectationError for a name that comes twice
 * @example rowLayout([['x', 784], ['y', 10]])
 */
export function rowLayout(widths: readonly (readonly [name: string, width: number])[]): RowLayout {
  let at = 0;
  const layout = widths.map(([name, width]) => {
    const part = { name, at, width };
    at += width;
    return part;
  });
  const twice = layout.find(({ name }, i) => layout.findIndex((other) => other.name === name) !== i);
  if (!twice) return layout;
  throw new ExpectationError({ where: 'rowLayout', expected: 'every name once', received: `${twice.name} twice` });
}

/** Width W of a row. */
export const widthOfRow = (layout: RowLayout): number => layout.reduce((sum, { width }) => sum + width, 0);

/** The parts beside the data and their mask. */
export const covariateParts = (layout: RowLayout): RowLayout => layout.filter(({ name }) => !own.includes(name));

/**
 * The arrays of rows [B, W] by name, each [B, width]; inside a trace as well.
 *
 * @throws ShapeError for rows of another width
 */
export function namedInputs(layout: RowLayout, rows: Tensor2D): Readonly<Record<string, Tensor2D>> {
  checkShape(`rows: ${layout.map(({ name }) => name).join(', ')}`, rows, ['batch', widthOfRow(layout)]);
  if (layout.length === 1) return { [layout[0]!.name]: rows };
  const widths = layout.map(({ width }) => width);
  const parts = tf.split(rows, widths, 1) as Tensor2D[];
  return Object.fromEntries(layout.map(({ name }, i) => [name, parts[i]!]));
}

/** The part of a row with a name; undefined without one. */
export function partOfRow(layout: RowLayout, row: Float32Array, name: string): Float32Array | undefined {
  const part = layout.find((each) => each.name === name);
  return part && row.subarray(part.at, part.at + part.width);
}
