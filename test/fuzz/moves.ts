// Lines that move numbers about: transposes, reshapes, slices, joins, gathers. They keep every bit.
import { type Tensor, tf } from '@flowvae/tensor';
import type { Dice } from './dice.ts';
import { elements, type Known, type Line, listed, MOST_ELEMENTS, type Operation } from './operation.ts';

const move = (
  name: string,
  arity: number,
  line: (dice: Dice, args: readonly Known[]) => Omit<Line, 'keepsBits'> | undefined,
): Operation => ({
  name,
  arity,
  line(dice, args) {
    const found = line(dice, args);
    return found && { ...found, keepsBits: true };
  },
});

const axisOf = (dice: Dice, { shape }: Known) => dice.whole(0, shape.length - 1);
const isNumber = ({ type }: Known) => type !== 'bool';

const transpose = move('transpose', 1, (dice, [x]) => {
  const axes = x!.shape.map((_, axis) => axis);
  if (axes.length < 2 || !isNumber(x!)) return undefined;
  // Mostly the last two, as products like to have them.
  const perm = dice.chance(0.6) ? [...axes.slice(0, -2), axes.length - 1, axes.length - 2] : dice.shuffled(axes);
  return { text: `transpose($0, ${listed(perm)})`, apply: (value) => tf.transpose(value!, perm) };
});

/** The factors of a size in a random split. */
function split(dice: Dice, size: number): number[] {
  const factors = [2, 3, 4, 5].filter((factor) => size % factor === 0 && size > factor);
  if (factors.length === 0 || dice.chance(0.3)) return [size];
  const factor = dice.one(factors);
  return dice.shuffled([factor, size / factor]);
}

const reshape = move('reshape', 1, (dice, [x]) => {
  if (!isNumber(x!)) return undefined;
  const flat = split(dice, elements(x!.shape)).flatMap((size) => split(dice, size));
  const shape = dice.chance(0.3) ? [1, ...flat] : flat;
  return shape.length > 4
    ? undefined
    : { text: `reshape($0, ${listed(shape)})`, apply: (value) => tf.reshape(value!, shape) };
});

const slice = move('slice', 1, (dice, [x]) => {
  if (x!.shape.length === 0 || !isNumber(x!)) return undefined;
  const begin = x!.shape.map((size) => dice.whole(0, size - 1));
  const size = x!.shape.map((length, axis) => dice.whole(1, length - begin[axis]!));
  return {
    text: `slice($0, ${listed(begin)}, ${listed(size)})`,
    apply: (value) => tf.slice(value!, begin, size),
  };
});

const stridedSlice = move('stridedSlice', 1, (dice, [x]) => {
  if (x!.shape.length === 0 || x!.type !== 'float32') return undefined;
  const strides = x!.shape.map(() => dice.whole(1, 2));
  const begin = x!.shape.map(() => 0);
  return {
    text: `stridedSlice($0, ${listed(begin)}, ${listed(x!.shape)}, ${listed(strides)})`,
    apply: (value) => tf.stridedSlice(value!, begin, [...x!.shape], strides),
  };
});

const reverse = move('reverse', 1, (dice, [x]) => {
  if (x!.shape.length === 0 || x!.type !== 'float32') return undefined;
  const axis = axisOf(dice, x!);
  return { text: `reverse($0, ${axis})`, apply: (value) => tf.reverse(value!, axis) };
});

const gather = move('gather', 1, (dice, [x]) => {
  if (x!.shape.length === 0 || x!.type !== 'float32') return undefined;
  const axis = axisOf(dice, x!);
  const indices = Array.from({ length: dice.whole(1, 4) }, () => dice.whole(0, x!.shape[axis]! - 1));
  return {
    text: `gather($0, ${listed(indices)}, ${axis})`,
    apply: (value) => tf.gather(value!, tf.tensor1d(indices, 'int32'), axis),
  };
});

const pad = move('pad', 1, (dice, [x]) => {
  if (x!.shape.length === 0 || x!.type !== 'float32' || elements(x!.shape) > MOST_ELEMENTS / 16) return undefined;
  const margins = x!.shape.map((): [number, number] => [dice.whole(0, 1), dice.whole(0, 1)]);
  return {
    text: `pad($0, [${margins.map(listed).join(', ')}], 0.5)`,
    apply: (value) => tf.pad(value!, margins, 0.5),
  };
});

const tile = move('tile', 1, (dice, [x]) => {
  if (x!.shape.length === 0 || x!.type !== 'float32') return undefined;
  const times = x!.shape.map(() => dice.whole(1, 2));
  if (elements(x!.shape) * elements(times) > MOST_ELEMENTS) return undefined;
  return { text: `tile($0, ${listed(times)})`, apply: (value) => tf.tile(value!, times) };
});

const concat = move('concat', 2, (dice, [a, b]) => {
  if (a!.shape.length === 0 || a!.shape.length !== b!.shape.length || a!.type !== b!.type || !isNumber(a!))
    return undefined;
  const axis = axisOf(dice, a!);
  const fits = a!.shape.every((size, i) => i === axis || size === b!.shape[i]);
  if (!fits || elements(a!.shape) + elements(b!.shape) > MOST_ELEMENTS) return undefined;
  return { text: `concat([$0, $1], ${axis})`, apply: (x, y) => tf.concat([x!, y!], axis) };
});

const stack = move('stack', 2, (dice, [a, b]) => {
  if (String(a!.shape) !== String(b!.shape) || a!.shape.length > 3 || a!.type !== 'float32' || b!.type !== 'float32')
    return undefined;
  if (2 * elements(a!.shape) > MOST_ELEMENTS) return undefined;
  const axis = dice.whole(0, a!.shape.length);
  return { text: `stack([$0, $1], ${axis})`, apply: (x, y) => tf.stack([x!, y!], axis) };
});

const part = move('split', 1, (dice, [x]) => {
  if (x!.shape.length === 0 || x!.type !== 'float32') return undefined;
  const axis = axisOf(dice, x!);
  const size = x!.shape[axis]!;
  const parts = [2, 3].filter((count) => size % count === 0);
  if (parts.length === 0) return undefined;
  const count = dice.one(parts);
  const chosen = dice.whole(0, count - 1);
  return {
    text: `split($0, ${count}, ${axis})[${chosen}]`,
    apply: (value) => (tf.split(value!, count, axis) as Tensor[])[chosen]!,
  };
});

export const moves: readonly Operation[] = [
  transpose,
  transpose,
  transpose,
  reshape,
  reshape,
  slice,
  stridedSlice,
  reverse,
  gather,
  pad,
  tile,
  concat,
  stack,
  part,
];
