// Shape checks: implementations call these first and hold only mathematics after that.
import type { Tensor } from '@tensorflow/tfjs-core';
import { ExpectationError } from './expectation-error.ts';

/** A tensor of another shape than the function takes. */
export class ShapeError extends ExpectationError {
  override readonly name = 'ShapeError';
}

/** One axis of an expected shape: a size, or a word for a free axis (`'batch'`); equal words must have equal sizes. */
export type Axis = number | string;

const format = (shape: readonly Axis[]) => `[${shape.join(', ')}]`;

/**
 * Checks one tensor against an expected shape and returns the sizes that the free axes took.
 *
 * @param where the public function that checks, e.g. `planar.forward`
 * @param name the argument's name, e.g. `z`
 * @param expected sizes and words, e.g. `['batch', 40]`; a word that `known` binds must have that size
 * @throws ShapeError naming both shapes
 */
export function checkShape(
  where: string,
  name: string,
  tensor: Pick<Tensor, 'shape'>,
  expected: readonly Axis[],
  known: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const bound: Record<string, number> = { ...known };
  const fits =
    tensor.shape.length === expected.length &&
    expected.every((axis, i) => {
      const size = tensor.shape[i]!;
      if (typeof axis === 'number') return axis === size;
      bound[axis] ??= size;
      return bound[axis] === size;
    });
  if (fits) return bound;
  const resolved = expected.map((axis) => (typeof axis === 'string' ? (known[axis] ?? axis) : axis));
  throw new ShapeError({ where: `${where}: ${name}`, expected: format(resolved), received: format(tensor.shape) });
}

/**
 * Checks a parameter that is either shared by the batch or given per data point: `[1, ...shape]` or `[batch, ...shape]`.
 *
 * @throws ShapeError naming both shapes
 */
export function checkParam(
  where: string,
  name: string,
  tensor: Pick<Tensor, 'shape'>,
  shape: readonly number[],
  batch: number,
): void {
  const [rows, ...rest] = tensor.shape;
  const fits =
    (rows === 1 || rows === batch) && rest.length === shape.length && rest.every((size, i) => size === shape[i]);
  if (fits) return;
  throw new ShapeError({
    where: `${where}: ${name}`,
    expected: format([batch === 1 ? 1 : `${batch} or 1`, ...shape]),
    received: format(tensor.shape),
  });
}

/** The number of elements of a shape. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
