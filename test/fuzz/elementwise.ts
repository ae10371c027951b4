// Element-wise lines. Arguments are kept where each function is smooth and its slope moderate, so that rounding does
// not grow without bound.
import { type Tensor, tf } from '@flowvae/tensor';
import { elements, type Known, listed, MOST_ELEMENTS, type Operation } from './operation.ts';

const isFloat = ({ type }: Known) => type === 'float32';

/** As in `exp∘tanh`. */
const isComposed = (name: string) => name.includes('∘');

const unary = (name: string, apply: (x: Tensor) => Tensor, keepsBits = false): Operation => ({
  name,
  arity: 1,
  line: (_, [x]) =>
    isFloat(x!) ? { text: `${name}($0)`, apply, keepsBits, roundsInside: isComposed(name) } : undefined,
});

/** |x| + ½ keeps logarithms, roots and quotients away from their poles. */
const away = (x: Tensor) => tf.add(tf.abs(x), 0.5);

const binary = (name: string, apply: (a: Tensor, b: Tensor) => Tensor, keepsBits = false): Operation => ({
  name,
  arity: 2,
  line(_, [a, b]) {
    const shape = broadcast(a!.shape, b!.shape);
    if (!isFloat(a!) || !isFloat(b!) || !shape || elements(shape) > MOST_ELEMENTS) return undefined;
    return { text: `${name}($0, $1)`, apply: (x, y) => apply(x!, y!), keepsBits, roundsInside: isComposed(name) };
  },
});

/** The shape of both together, if they have one. */
function broadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const sizeOf = (shape: readonly number[], axis: number) => shape.at(axis - rank) ?? 1;
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const pair = [a, b].map((shape) => (rank - axis <= shape.length ? sizeOf(shape, axis) : 1)) as [number, number];
    return pair[0] === pair[1] || pair[1] === 1 ? pair[0] : pair[0] === 1 ? pair[1] : 0;
  });
  return sizes.includes(0) ? undefined : sizes;
}

const withNumber = (name: string, apply: (x: Tensor, number: number) => Tensor): Operation => ({
  name,
  arity: 1,
  line(dice, [x]) {
    const number = dice.one([0.5, 2, -1, 1, 0, -0.25, 3]);
    return isFloat(x!) ? { text: `${name}($0, ${number})`, apply: (value) => apply(value!, number) } : undefined;
  },
});

/** A choice by a comparison, which only values with the same bits everywhere may decide. */
const chosen: Operation = {
  name: 'where',
  arity: 3,
  line(_, [condition, a, b]) {
    const shape = [a!.shape, b!.shape].reduce((joined, next) => broadcast(joined, next) ?? [0], condition!.shape);
    const fits = isFloat(condition!) && condition!.isExact && isFloat(a!) && isFloat(b!);
    if (!fits || shape.includes(0) || elements(shape) > MOST_ELEMENTS) return undefined;
    const apply = (x: Tensor, yes: Tensor, no: Tensor) => tf.where(tf.greater(x, 0.25), yes, no);
    return { text: 'where(greater($0, 0.25), $1, $2)', apply: apply as (...args: Tensor[]) => Tensor, keepsBits: true };
  },
};

/** Through integers and back; rounding needs the same bits everywhere. */
const throughIntegers: Operation = {
  name: 'integers',
  arity: 1,
  line: (_, [x]) =>
    isFloat(x!) && x!.isExact
      ? {
          text: "cast(cast(mul($0, 4), 'int32'), 'float32')",
          apply: (value) => tf.cast(tf.cast(tf.mul(value!, 4), 'int32'), 'float32'),
          keepsBits: true,
        }
      : undefined,
};

/** An integer from a number that is the same everywhere: later lines turn and cast it. */
const toInteger: Operation = {
  name: 'toInteger',
  arity: 1,
  line: (_, [x]) =>
    isFloat(x!) && x!.isExact
      ? { text: "cast(mul($0, 4), 'int32')", apply: (value) => tf.cast(tf.mul(value!, 4), 'int32'), keepsBits: true }
      : undefined,
};

const toFloat: Operation = {
  name: 'toFloat',
  arity: 1,
  line: (_, [x]) =>
    isFloat(x!)
      ? undefined
      : { text: "cast($0, 'float32')", apply: (value) => tf.cast(value!, 'float32'), keepsBits: true },
};

/** A copy of one row or column over a larger shape. */
const broadcastTo: Operation = {
  name: 'broadcastTo',
  arity: 1,
  line(dice, [x]) {
    const shape = [dice.whole(1, 3), ...x!.shape];
    if (!isFloat(x!) || shape.length > 4 || elements(shape) > MOST_ELEMENTS) return undefined;
    return {
      text: `broadcastTo($0, ${listed(shape)})`,
      apply: (value) => tf.broadcastTo(value!, shape),
      keepsBits: true,
    };
  },
};

export const elementwise: readonly Operation[] = [
  unary('neg', tf.neg, true),
  unary('abs', tf.abs, true),
  unary('relu', tf.relu, true),
  unary('tanh', tf.tanh),
  unary('sigmoid', tf.sigmoid),
  unary('softplus', tf.softplus),
  unary('sin', tf.sin),
  unary('cos', tf.cos),
  unary('atan', tf.atan),
  unary('erf', tf.erf),
  unary('elu', tf.elu),
  unary('selu', tf.selu),
  unary('asinh', tf.asinh),
  unary('logSigmoid', tf.logSigmoid),
  unary('exp∘tanh', (x) => tf.exp(tf.tanh(x))),
  unary('expm1∘tanh', (x) => tf.expm1(tf.tanh(x))),
  unary('log∘away', (x) => tf.log(away(x))),
  unary('log1p∘abs', (x) => tf.log1p(tf.abs(x))),
  unary('sqrt∘away', (x) => tf.sqrt(away(x))),
  unary('rsqrt∘away', (x) => tf.rsqrt(away(x))),
  unary('reciprocal∘away', (x) => tf.reciprocal(away(x))),
  unary('square∘tanh', (x) => tf.square(tf.tanh(x))),
  unary('clipByValue', (x) => tf.clipByValue(x, -1, 1.5), true),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.25)),
  withNumber('add', tf.add),
  withNumber('mul', tf.mul),
  withNumber('sub', tf.sub),
  withNumber('maximum', tf.maximum),
  binary('add', tf.add),
  binary('sub', tf.sub),
  binary('mul∘tanh', (a, b) => tf.mul(tf.tanh(a), b)),
  binary('div∘away', (a, b) => tf.div(a, away(b))),
  binary('maximum', tf.maximum, true),
  binary('minimum', tf.minimum, true),
  binary('squaredDifference∘tanh', (a, b) => tf.squaredDifference(tf.tanh(a), tf.tanh(b))),
  chosen,
  throughIntegers,
  toInteger,
  toFloat,
  broadcastTo,
];
