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
 * @param where the public function that checks, and its argument's name: `planar.forward: z`
 * @param expected sizes and words, e.g. `['batch', 40]`
 * @throws ShapeError that names both shapes
 */
export function checkShape(
  where: string,
  tensor: Pick<Tensor, 'shape'>,
  expected: readonly Axis[],
): Record<string, number> {
  const bound: Record<string, number> = {};
  const fits =
    tensor.shape.length === expected.length &&
    expected.every((axis, i) => {
      const size = tensor.shape[i]!;
      if (typeof axis === 'number') return axis === size;
      bound[axis] ??= size;
      return bound[axis] === size;
    });
  if (fits) return bound;
  throw new ShapeError({ where, expected: format(expected), received: format(tensor.shape) });
}

/**
 * Checks a parameter that is either shared by the batch or given per data point: `[1, ...shape]` or `[batch,
 * ...shape]`.
 *
 * @param where as for {@link checkShape}
 * @throws ShapeError that names both shapes
 */
export function checkParam(
  where: string,
  tensor: Pick<Tensor, 'shape'>,
  { shape, batch }: { readonly shape: readonly number[]; readonly batch: number },
): void {
  const [rows, ...rest] = tensor.shape;
  const fits =
    (rows === 1 || rows === batch) && rest.length === shape.length && rest.every((size, i) => size === shape[i]);
  if (fits) return;
  throw new ShapeError({
    where,
    expected: format([batch === 1 ? 1 : `${batch} or 1`, ...shape]),
    received: format(tensor.shape),
  });
}

/** The number of elements of a shape. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
