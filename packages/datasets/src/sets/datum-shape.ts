// The shape of a datum: height, width and channels of an image, or a number of columns.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { OpenedPart } from '../sources/opened-part.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { reordered, reshaped } from '../stored/views.ts';

/** Parts in one shape, and sentences about it. */
export interface ShapedParts {
  readonly parts: readonly OpenedPart[];
  readonly notes: readonly string[];
}

/** More channels than this are rows of something else. */
const MOST_CHANNELS = 4;

/**
 * Gives every datum the shape [height, width, channels] or [P]. A last axis of at most four is the channels; so is a
 * first axis of at most four, as PyTorch has it, which then becomes the last.
 *
 * @param shape the shape of a datum, if the user names one
 * @throws ExpectationError where the parts have different shapes, no numbers, or too many axes
 */
export function inDatumShape(given: readonly OpenedPart[], shape?: readonly number[]): ShapedParts {
  const view = viewOf(given[0]!.x, shape);
  const parts = given.map(({ x, mask, ...part }) => ({
    ...part,
    x: view.of(x),
    ...(mask ? { mask: view.of(mask) } : {}),
  }));
  const first = parts[0]!.x;
  for (const { x } of parts) checkAlike(x, first);
  return { parts, notes: view.notes };
}

interface View {
  of(array: StoredArray): StoredArray;
  readonly notes: readonly string[];
}

function viewOf({ where, shape: [, ...stored] }: StoredArray, shape: readonly number[] | undefined): View {
  if (shape) return { of: (array) => reshaped(array, withChannel(shape)), notes: [] };
  if (stored.some((size) => size === 0)) {
    throw new ExpectationError({ where, expected: 'at least one number for each datum', received: listed(stored) });
  }
  const [a = 1, b = 1, c = 1] = stored;
  if (stored.length < 3) return { of: (array) => reshaped(array, withChannel(stored)), notes: [] };
  if (stored.length > 3) {
    throw new ExpectationError({
      where,
      expected: 'rows of at most three axes: height, width, channels',
      received: listed(stored),
      remedy: 'name the shape of a datum, such as 32x32x3',
    });
  }
  if (c > MOST_CHANNELS && a <= MOST_CHANNELS && b > MOST_CHANNELS) {
    const order = Uint32Array.from({ length: a * b * c }, (_, i) => (i % a) * b * c + Math.floor(i / a));
    const note = `Rows of ${listed(stored)} are taken as channels, height, width.`;
    return { of: (array) => reordered(array, [b, c, a], order), notes: [note] };
  }
  return { of: (array) => array, notes: [] };
}

/** One number for each datum is a column; two axes are a grey image. */
const withChannel = (shape: readonly number[]): readonly number[] =>
  shape.length === 0 ? [1] : shape.length === 2 ? [...shape, 1] : shape;

const listed = (shape: readonly number[]) => `[${shape.join(', ')}]`;

function checkAlike({ where, shape }: StoredArray, first: StoredArray): void {
  if (shape.slice(1).join() === first.shape.slice(1).join()) return;
  throw new ExpectationError({
    where,
    expected: `rows of ${listed(first.shape.slice(1))}, as in ${first.where}`,
    received: listed(shape.slice(1)),
  });
}
