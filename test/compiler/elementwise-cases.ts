// Rows for the less common element-wise kernels; the common ones are in kernel-cases.ts.
import { type Tensor, tf } from '@flowvae/tensor';
import { BITS, DISCRETE, integers, type KernelCase, OTHER, one, SIGNED, unary } from './kernel-case.ts';

const WITHIN = [-0.9, -0.5, -0.1, 0, 0.2, 0.7, 0.95];
const ABOVE_ONE = [1.1, 1.5, 2, 5, 40];
const NON_ZERO = [-3, -0.5, 0.25, 1, 8, -1.5];
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1, -2.5];
const NO_GRADIENT = 'tfjs knows none';

const two = (
  kernel: string,
  f: (a: Tensor, b: Tensor) => Tensor,
  [left, right]: readonly [readonly number[], readonly number[]],
  noGradient?: string,
): KernelCase[] =>
  [[[9], [9]] as const, [[3, 4], [4]] as const, [[2, 3], []] as const].map(([a, b]) => ({
    kernel,
    name: `[${a}] with [${b}]`,
    fn: (inputs) => f(inputs.a!, inputs.b!),
    inputs: { a: [a, left], b: [b, right] },
    ...(noGradient === undefined ? {} : { noGradient }),
  }));

export const elementwiseCases: readonly KernelCase[] = [
  ...unary('Acos', tf.acos, WITHIN),
  ...unary('Acosh', tf.acosh, ABOVE_ONE),
  ...unary('Asin', tf.asin, WITHIN),
  ...unary('Asinh', tf.asinh),
  ...unary('Atan', tf.atan),
  ...unary('Atanh', tf.atanh, WITHIN),
  ...unary('Cosh', tf.cosh),
  ...unary('Expm1', tf.expm1, [-87, -3, -1e-6, 0, 1e-7, 0.9, 1, 4, 80]),
  ...unary('IsFinite', tf.isFinite, SPECIAL, DISCRETE),
  ...unary('IsInf', tf.isInf, SPECIAL, DISCRETE),
  ...unary('IsNan', tf.isNaN, SPECIAL, DISCRETE),
  ...unary('Relu6', tf.relu6, [-2, 0.5, 3, 5.9, 7, 100]),
  ...unary('Selu', tf.selu),
  ...unary('Sinh', tf.sinh),
  ...two('Prelu', tf.prelu, [SIGNED, [0.1, 0.5, -0.25, 2]]).filter(({ name }) => name === '[9] with [9]'),
  ...two('Prelu', tf.prelu, [SIGNED, [0.1, 0.5, -0.25, 2]], 'tfjs forgets to sum this gradient over broadcast axes'),
  ...two('Atan2', tf.atan2, [SIGNED, NON_ZERO]),
  ...two('Mod', tf.mod, [SIGNED, NON_ZERO]),
  ...two('Mod', (a, b) => tf.mod(integers(a), integers(b)), [SIGNED, OTHER], DISCRETE),
  ...two('FloorDiv', tf.floorDiv, [SIGNED, NON_ZERO], DISCRETE),
  ...two('FloorDiv', (a, b) => tf.floorDiv(integers(a), integers(b)), [SIGNED, OTHER], DISCRETE),
  one(
    'LogicalXor',
    'bits',
    [[5], BITS],
    (x) => {
      const [a, b] = [tf.cast(x, 'bool'), tf.cast(tf.sub(1, x), 'bool')];
      if (tf.getBackend() === 'cpu') return tf.logicalXor(a, b); // tf.logicalXor composes other kernels
      return tf.engine().runKernel('LogicalXor', { a, b }) as Tensor;
    },
    NO_GRADIENT,
  ),
  ...(['sqrt', 'log', 'exp', 'round', 'floor', 'relu', 'sign', 'softplus'] as const).map((name) =>
    one(kernelOf(name), 'of int32', [[9], [1, 2, 5, 0.4, 7]], (x) => int32Function(name, integers(x)), DISCRETE),
  ),
];

function kernelOf(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

/** By kernel, since some operations refuse integers that the kernels of tfjs-cpu take. */
function int32Function(name: string, x: Tensor): Tensor {
  return tf.engine().runKernel(kernelOf(name), { x }) as Tensor;
}
