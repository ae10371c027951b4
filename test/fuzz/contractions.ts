// Lines that add numbers up: products, reductions, convolutions, and gradients through them.
import { type Tensor, type Tensor4D, tf } from '@flowvae/tensor';
import type { Dice } from './dice.ts';
import { elements, type Known, type Line, MOST_ELEMENTS, type Operation } from './operation.ts';

const isMatrix = ({ shape, type }: Known) => shape.length >= 2 && type === 'float32';

/** Whether a·b exists with these transpositions. */
function multiplies(a: Known, b: Known, turnsA: boolean, turnsB: boolean): boolean {
  const [inner, other] = [a.shape.at(turnsA ? -2 : -1)!, b.shape.at(turnsB ? -1 : -2)!];
  const batches = String(a.shape.slice(0, -2)) === String(b.shape.slice(0, -2));
  const size = elements(a.shape) * b.shape.at(turnsB ? -2 : -1)!;
  return inner === other && batches && size <= 4 * MOST_ELEMENTS;
}

function product(dice: Dice, a: Known, b: Known): { turnsA: boolean; turnsB: boolean } | undefined {
  if (!isMatrix(a) || !isMatrix(b)) return undefined;
  const choices = [false, true].flatMap((turnsA) => [false, true].map((turnsB) => ({ turnsA, turnsB })));
  return dice.shuffled(choices).find(({ turnsA, turnsB }) => multiplies(a, b, turnsA, turnsB));
}

const matMul: Operation = {
  name: 'matMul',
  arity: 2,
  line(dice, [a, b]) {
    const found = product(dice, a!, b!);
    if (!found) return undefined;
    const { turnsA, turnsB } = found;
    return {
      text: `matMul($0, $1, ${turnsA}, ${turnsB})`,
      apply: (x, y) => tf.matMul(x!, y!, turnsA, turnsB),
    };
  },
};

/** A product with itself fits always. */
const gram: Operation = {
  name: 'gram',
  arity: 1,
  line(dice, [x]) {
    if (!isMatrix(x!) || elements(x!.shape) > MOST_ELEMENTS / 4) return undefined;
    const turned = dice.chance(0.5);
    return {
      text: turned ? 'matMul($0, $0, true, false)' : 'matMul($0, transpose($0))',
      apply(value) {
        if (turned) return tf.matMul(value!, value!, true, false);
        const axes = value!.shape.map((_, axis) => axis);
        return tf.matMul(value!, tf.transpose(value!, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]));
      },
    };
  },
};

const reductions = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  logSumExp: tf.logSumExp,
} as const satisfies Record<string, (x: Tensor, axis: number, keepDims: boolean) => Tensor>;

const reduction = (name: keyof typeof reductions): Operation => ({
  name,
  arity: 1,
  line(dice, [x]) {
    if (x!.shape.length === 0 || x!.type !== 'float32') return undefined;
    const [axis, keep] = [dice.whole(0, x!.shape.length - 1), dice.chance(0.5)];
    return {
      text: `${name}($0, ${axis}, ${keep})`,
      apply: (value) => reductions[name](value!, axis, keep),
      keepsBits: name === 'max' || name === 'min',
    };
  },
});

const alongLast = (name: string, apply: (x: Tensor) => Tensor): Operation => ({
  name,
  arity: 1,
  line: (_, [x]) => (x!.shape.length === 0 || x!.type !== 'float32' ? undefined : { text: `${name}($0)`, apply }),
});

const argMax: Operation = {
  name: 'argMax',
  arity: 1,
  line(dice, [x]) {
    if (x!.shape.length === 0 || x!.type !== 'float32' || !x!.isExact) return undefined;
    const axis = dice.whole(0, x!.shape.length - 1);
    return { text: `argMax($0, ${axis})`, apply: (value) => tf.argMax(value!, axis), keepsBits: true };
  },
};

const cumsum: Operation = {
  name: 'cumsum',
  arity: 1,
  line(dice, [x]) {
    if (x!.shape.length === 0 || x!.type !== 'float32') return undefined;
    const [axis, exclusive, reverse] = [dice.whole(0, x!.shape.length - 1), dice.chance(0.5), dice.chance(0.5)];
    return {
      text: `cumsum($0, ${axis}, ${exclusive}, ${reverse})`,
      apply: (value) => tf.cumsum(value!, axis, exclusive, reverse),
    };
  },
};

const conv2d: Operation = {
  name: 'conv2d',
  arity: 2,
  line(dice, [x, filter]) {
    const fits =
      x!.shape.length === 4 && filter!.shape.length === 4 && x!.type === 'float32' && filter!.type === 'float32';
    if (!fits || x!.shape[3] !== filter!.shape[2] || elements(x!.shape) * elements(filter!.shape) > 16 * MOST_ELEMENTS)
      return undefined;
    const stride = dice.whole(1, 2);
    return {
      text: `conv2d($0, $1, ${stride}, 'same')`,
      apply: (value, kernel) => tf.conv2d(value as Tensor4D, kernel as Tensor4D, stride, 'same'),
    };
  },
};

type Smooth = (a: Tensor, b: Tensor) => Tensor;

const turned = (x: Tensor) => {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
};

/** Functions of two matrices whose product exists, smooth everywhere. */
const smooth: Readonly<Record<string, Smooth>> = {
  'tanh(a·b)': (a, b) => tf.tanh(tf.matMul(a, b)),
  'softplus(tanh(a)·b)': (a, b) => tf.softplus(tf.matMul(tf.tanh(a), b)),
  '(bᵀ·aᵀ)ᵀ': (a, b) => turned(tf.matMul(turned(b), turned(a))),
  'logSoftmax(a·b)': (a, b) => tf.logSoftmax(tf.matMul(a, b)),
  'sigmoid(a·b)·(a·b)ᵀ': (a, b) => tf.matMul(tf.sigmoid(tf.matMul(a, b)), tf.matMul(a, b), false, true),
  'mean over rows': (a, b) => tf.mul(tf.mean(tf.matMul(a, b), -1, true), tf.tanh(a)),
};

/** The gradient of the sum of a smooth function for its first or second argument. */
const gradient: Operation = {
  name: 'grads',
  arity: 2,
  line(dice, [a, b]): Line | undefined {
    if (!isMatrix(a!) || !isMatrix(b!) || !multiplies(a!, b!, false, false)) return undefined;
    const [name, f] = dice.one(Object.entries(smooth));
    const which = dice.whole(0, 1);
    return {
      text: `grads(sum(${name}))[${which}]($0, $1)`,
      apply: (x, y) => tf.grads((p: Tensor, q: Tensor) => tf.sum(f(p, q)))([x!, y!])[which]!,
      roundsInside: true,
    };
  },
};

export const contractions: readonly Operation[] = [
  matMul,
  matMul,
  matMul,
  matMul,
  gram,
  gradient,
  gradient,
  ...(Object.keys(reductions) as (keyof typeof reductions)[]).map(reduction),
  alongLast('softmax', tf.softmax),
  alongLast('logSoftmax', tf.logSoftmax),
  argMax,
  cumsum,
  conv2d,
];
