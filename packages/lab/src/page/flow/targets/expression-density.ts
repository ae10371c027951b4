// A formula in z1 and z2 as a differentiable log density in TensorFlow.js.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type ExpressionTree, type FunctionName, type Operator, readExpression } from './expression-tree.ts';

/** A part of a formula at a batch of points: a number for all of them, or one for each. */
type Part = number | Tensor1D;

/** The plain and the batched form of a function. */
interface Form {
  readonly plain: (...values: readonly number[]) => number;
  readonly batched: (...values: readonly Part[]) => Tensor1D;
}

const logAddExp = (a: Part, b: Part): Tensor1D => {
  const distance = tf.abs(tf.sub(a, b));
  return tf.add(tf.mul(tf.add(tf.add(a, b), distance), 0.5), tf.softplus(tf.neg(distance)));
};

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const functions: Readonly<Record<FunctionName, Form>> = {
  exp: { plain: Math.exp, batched: (x) => tf.exp(x!) },
  log: { plain: Math.log, batched: (x) => tf.log(x!) },
  sqrt: { plain: Math.sqrt, batched: (x) => tf.sqrt(x!) },
  abs: { plain: Math.abs, batched: (x) => tf.abs(x!) },
  sin: { plain: Math.sin, batched: (x) => tf.sin(x!) },
  cos: { plain: Math.cos, batched: (x) => tf.cos(x!) },
  tanh: { plain: Math.tanh, batched: (x) => tf.tanh(x!) },
  sigmoid: { plain: (x) => 1 / (1 + Math.exp(-x!)), batched: (x) => tf.sigmoid(x!) },
  softplus: { plain: (x) => softplus(x!), batched: (x) => tf.softplus(x!) },
  min: { plain: Math.min, batched: (a, b) => tf.minimum(a!, b!) },
  max: { plain: Math.max, batched: (a, b) => tf.maximum(a!, b!) },
  logaddexp: { plain: (a, b) => Math.max(a!, b!) + softplus(-Math.abs(a! - b!)), batched: (a, b) => logAddExp(a!, b!) },
};

const operators: Readonly<Record<Operator, Form>> = {
  '+': { plain: (a, b) => a! + b!, batched: (a, b) => tf.add(a!, b!) },
  '-': { plain: (a, b) => a! - b!, batched: (a, b) => tf.sub(a!, b!) },
  '*': { plain: (a, b) => a! * b!, batched: (a, b) => tf.mul(a!, b!) },
  '/': { plain: (a, b) => a! / b!, batched: (a, b) => tf.div(a!, b!) },
  '^': { plain: (a, b) => a! ** b!, batched: (a, b) => power(a!, b!) },
};

/** Largest exponent that becomes products. */
const MOST_FACTORS = 16;

/** Whole powers are products, so that they and their gradients are right for negative numbers too. */
function power(base: Part, exponent: Part): Tensor1D {
  if (typeof exponent !== 'number' || typeof base === 'number') return tf.pow(base, exponent);
  if (!Number.isInteger(exponent) || exponent < 1 || exponent > MOST_FACTORS) return tf.pow(base, exponent);
  if (exponent === 1) return base;
  const half = power(base, Math.floor(exponent / 2) || 1);
  if (exponent === 2) return tf.square(base);
  const even = tf.square(half);
  return exponent % 2 ? tf.mul(even, base) : even;
}

const applied = ({ plain, batched }: Form, values: readonly Part[]): Part =>
  values.every((value) => typeof value === 'number') ? plain(...values) : batched(...values);

function evaluated(tree: ExpressionTree, z: readonly [Tensor1D, Tensor1D]): Part {
  if (tree.kind === 'number') return tree.value;
  if (tree.kind === 'coordinate') return z[tree.axis];
  if (tree.kind === 'negative') {
    const value = evaluated(tree.of, z);
    return typeof value === 'number' ? -value : tf.neg(value);
  }
  if (tree.kind === 'binary') {
    return applied(operators[tree.operator], [evaluated(tree.left, z), evaluated(tree.right, z)]);
  }
  return applied(
    functions[tree.name],
    tree.args.map((arg) => evaluated(arg, z)),
  );
}

/**
 * The log density of a formula: z [B, 2] → [B], nats up to a constant.
 *
 * @throws ExpectationError for a wrong formula, with the place
 */
export function expressionDensity(text: string): (z: Tensor2D) => Tensor1D {
  const tree = readExpression(text);
  return (z) => {
    const [z1, z2] = tf.split(z, 2, 1).map((column): Tensor1D => tf.squeeze(column, [1])) as [Tensor1D, Tensor1D];
    const value = evaluated(tree, [z1, z2]);
    return typeof value === 'number' ? tf.add(tf.mul(z1, 0), value) : value;
  };
}
