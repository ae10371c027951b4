// The shape of a datum: height, width and channels of an image, or a number of columns.
import { ExpectationError, elementCount } from '@flowvae/tensor/plain';
import { lookAt } from '../sources/look.ts';
import type { OpenedPart } from '../sources/opened-part.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { reordered, reshaped, widthOf } from '../stored/views.ts';

/** Parts in one shape, and sentences about it. */
export interface ShapedParts {
  readonly parts: readonly OpenedPart[];
  readonly notes: readonly string[];
}

/** More channels than this are no channels, unless the user says so. */
const MOST_CHANNELS = 4;

/**
 * Gives every datum the shape [height, width, channels] or [P]. A last axis of at most four is the channels; so is a
 * first axis of at most four, as PyTorch has it, which then becomes the last.
 *
 * @param shape the shape of a datum, if the user names one
 * @throws ExpectationError where the parts have different shapes or types, no numbers, or too many axes
 */
export function inDatumShape(given: readonly OpenedPart[], shape?: readonly number[]): ShapedParts {
  for (const { x, mask } of given) {
    checkNumbers(x);
    if (mask) checkAlike(mask, x);
    checkAlike(x, given[0]!.x);
    checkType(x, given[0]!.x);
  }
  const view = viewOf(given[0]!.x, shape && checkedShape(shape));
  const parts = given.map(({ x, mask, ...part }) => ({
    ...part,
    x: view.of(x),
    ...(mask ? { mask: view.of(mask) } : {}),
  }));
  return { parts, notes: view.notes };
}

interface View {
  of(array: StoredArray): StoredArray;
  readonly notes: readonly string[];
}

function viewOf({ where, shape: [, ...stored] }: StoredArray, shape: readonly number[] | undefined): View {
  if (shape) return namedView(stored, withChannel(shape));
  const [a = 1, b = 1, c = 1] = stored;
  if (stored.length < 3) return { of: (array) => reshaped(array, withChannel(stored)), notes: [] };
  if (stored.length === 3 && c <= MOST_CHANNELS) return { of: (array) => array, notes: [] };
  if (stored.length === 3 && a <= MOST_CHANNELS && b > MOST_CHANNELS) return channelsLast([a, b, c]);
  throw new ExpectationError({
    where,
    expected: `rows of at most three axes: height, width, and at most ${MOST_CHANNELS} channels`,
    received: listed(stored),
    remedy: `name the shape of a datum, such as 32x32x3; ${lookAt(where)}`,
  });
}

/** A shape by the user. Where it names the axes of stored rows with channels first, their numbers are moved. */
function namedView(stored: readonly number[], shape: readonly number[]): View {
  const [a = 0, b = 0, c = 0] = stored;
  const isMoved = stored.length === 3 && a > 1 && shape.join() === [b, c, a].join() && shape.join() !== stored.join();
  return isMoved ? channelsLast([a, b, c]) : { of: (array) => reshaped(array, shape), notes: [] };
}

function channelsLast([a, b, c]: readonly [number, number, number]): View {
  const order = Uint32Array.from({ length: a * b * c }, (_, i) => (i % a) * b * c + Math.floor(i / a));
  const note = `Rows of ${listed([a, b, c])} are taken as channels, height, width.`;
  return { of: (array) => reordered(array, [b, c, a], order), notes: [note] };
}

/** One number for each datum is a column; two axes are a grey image. */
const withChannel = (shape: readonly number[]): readonly number[] =>
  shape.length === 0 ? [1] : shape.length === 2 ? [...shape, 1] : shape;

const listed = (shape: readonly number[]) => `[${shape.join(', ')}]`;

function checkedShape(shape: readonly number[]): readonly number[] {
  const isShape = shape.length >= 1 && shape.length <= 3 && shape.every((size) => Number.isInteger(size) && size >= 1);
  if (isShape && Number.isSafeInteger(elementCount(shape))) return shape;
  throw new ExpectationError({
    where: 'data: shape',
    expected: 'a number of columns, or height, width and channels: whole numbers from 1',
    received: listed(shape),
  });
}

function checkNumbers(x: StoredArray): void {
  if (widthOf(x) > 0) return;
  const received = listed(x.shape.slice(1));
  throw new ExpectationError({ where: x.where, expected: 'at least one number for each datum', received });
}

function checkAlike({ where, shape }: StoredArray, first: StoredArray): void {
  if (shape.slice(1).join() === first.shape.slice(1).join()) return;
  throw new ExpectationError({
    where,
    expected: `rows of ${listed(first.shape.slice(1))}, as in ${first.where}`,
    received: listed(shape.slice(1)),
    remedy: lookAt(where),
  });
}

/** Bytes beside floats are most often levels beside k/255: nothing says in which units a model should see them. */
function checkType({ where, type }: StoredArray, first: StoredArray): void {
  if (type === first.type || (type.startsWith('f') && first.type.startsWith('f'))) return;
  throw new ExpectationError({
    where,
    expected: `numbers of type ${first.type}, as in ${first.where}`,
    received: type,
    remedy: 'store all parts in one type and in the same units',
  });
}
