// One row or more for every kernel that can be traced: a function that calls it, and the inputs that it meets.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { convolutionCases } from './convolution-cases.ts';
import { elementwiseCases } from './elementwise-cases.ts';
import { imageCases } from './image-cases.ts';
import { indexingCases } from './indexing-cases.ts';
import {
  BITS,
  DISCRETE,
  DISTINCT,
  integers,
  type KernelCase,
  OTHER,
  one,
  SIGNED,
  type Tensors,
  unary,
} from './kernel-case.ts';
import { layoutCases } from './layout-cases.ts';
import { poolingCases } from './pooling-cases.ts';

const POSITIVE = [0.01, 0.5, 1, 2.5, 7, 300];
const WIDE = [-87, -30, -8, -0.001, 0, 0.001, 5, 20, 87];
const NON_ZERO = [-3, -0.5, 0.25, 1, 8, -1.5];

const NO_BROADCAST = 'tfjs forgets to sum this gradient over broadcast axes';

/** Two operands: equal shapes, a row, a scalar, a column against a row, and an axis of size 1 in the middle. */
const PAIRS: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[7], [7]],
  [
    [3, 4],
    [1, 4],
  ],
  [[2, 3], []],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
];

type Binary = (a: Tensor, b: Tensor) => Tensor;

const pairs = (kernel: string, f: Binary, left = SIGNED, right = OTHER, noGradient?: string): KernelCase[] =>
  PAIRS.map(([a, b]) => ({
    kernel,
    name: `[${a}] with [${b}]`,
    fn: (inputs: Tensors) => f(inputs.a!, inputs.b!),
    inputs: { a: [a, left], b: [b, right] },
    ...(noGradient === undefined ? {} : { noGradient }),
  }));

const withoutBroadcastGradient = (row: KernelCase): KernelCase =>
  `${row.inputs.a![0]}` === `${row.inputs.b![0]}` ? row : { ...row, noGradient: NO_BROADCAST };

const logical = (kernel: string, f: Binary) =>
  pairs(kernel, (a, b) => f(tf.cast(a, 'bool'), tf.cast(b, 'bool')), BITS, [1, 1, 0], DISCRETE);

const AXES: readonly (readonly [readonly number[], number | number[] | undefined, boolean])[] = [
  [[5], 0, false],
  [[2, 3], undefined, false],
  [[2, 3, 4], 1, true],
  [[2, 3, 4], [0, -1], false],
  [[2, 3, 1], -1, false],
];

type Reduction = (x: Tensor, axis?: number | number[], keepDims?: boolean) => Tensor;

const reductions = (kernel: string, f: Reduction, values = DISTINCT, noGradient?: string): KernelCase[] =>
  AXES.map(([shape, axis, keep]) =>
    one(kernel, `[${shape}] over ${axis}${keep ? ', kept' : ''}`, [shape, values], (x) => f(x, axis, keep), noGradient),
  );

const arithmetic: readonly KernelCase[] = [
  ...pairs('Add', tf.add),
  ...pairs('Add', (a, b) => tf.add(integers(a), integers(b)), SIGNED, OTHER, DISCRETE),
  ...[2, 3].map((count) =>
    one('AddN', `${count} terms`, [[2, 3], SIGNED], (x) =>
      tf.addN(Array.from({ length: count }, (_, i) => tf.mul(x, i + 1))),
    ),
  ),
  ...pairs('Sub', tf.sub),
  ...pairs('Multiply', tf.mul),
  ...pairs('RealDiv', tf.div, SIGNED, NON_ZERO),
  one('RealDiv', 'by zero', [[3], [-1, 2, 0]], (x) => tf.div(x, 0), 'infinite'),
  ...pairs('Maximum', tf.maximum).map(withoutBroadcastGradient),
  ...pairs('Minimum', tf.minimum).map(withoutBroadcastGradient),
  ...pairs('Pow', tf.pow, POSITIVE.slice(0, 4), [0, 2, -1, 0.5, 3]),
  one('Pow', 'negative base', [[4], [-2, -1, 0.5, 0]], (x) => tf.pow(x, 3)),
  ...pairs('SquaredDifference', tf.squaredDifference).map(withoutBroadcastGradient),
  ...pairs('Greater', tf.greater, SIGNED, OTHER, DISCRETE),
  ...pairs('GreaterEqual', tf.greaterEqual, SIGNED, SIGNED, DISCRETE),
  ...pairs('Less', tf.less, SIGNED, OTHER, DISCRETE),
  ...pairs('LessEqual', tf.lessEqual, SIGNED, SIGNED, DISCRETE),
  ...pairs('Equal', tf.equal, SIGNED, SIGNED, DISCRETE),
  ...pairs('NotEqual', tf.notEqual, SIGNED, SIGNED, DISCRETE),
  ...logical('LogicalAnd', tf.logicalAnd),
  ...logical('LogicalOr', tf.logicalOr),
  one('LogicalNot', 'bits', [[5], BITS], (x) => tf.logicalNot(tf.cast(x, 'bool')), DISCRETE),
  // the condition must not depend on the inputs: tfjs looks for a gradient of `Greater` then
  ...pairs('Select', (a, b) => tf.where(tf.tensor1d([1], 'bool'), a, tf.mul(b, 2))),
  one('Select', 'by a mask', [[2, 3], SIGNED], (x) =>
    tf.where(tf.tensor2d(BITS.concat(1), [2, 3], 'bool'), x, tf.square(x)),
  ),
  one('Select', 'one condition for each row', [[3, 4], SIGNED], (x) =>
    tf.where(tf.tensor2d([1, 0, 1], [3, 1], 'bool'), x, 0),
  ),
  ...(['int32', 'bool', 'float32'] as const).map((type) =>
    one(
      'Cast',
      `to ${type} and back`,
      [[9], SIGNED],
      (x) => [tf.cast(x, type), tf.cast(tf.cast(x, type), 'float32')],
      DISCRETE,
    ),
  ),
  ...unary('ClipByValue', (x) => tf.clipByValue(x, -0.5, 1)),
  one('ClipByValue', 'int32', [[9], SIGNED], (x) => tf.clipByValue(integers(x), -2, 2), DISCRETE),
];

const functions: readonly KernelCase[] = [
  ...unary('Abs', tf.abs),
  ...unary('Ceil', tf.ceil, SIGNED, DISCRETE),
  ...unary('Cos', tf.cos),
  ...unary('Elu', tf.elu),
  ...unary('EluGrad', (x) => tf.add(tf.grad((y) => tf.sum(tf.elu(y)))(x), x)),
  ...unary('Erf', tf.erf),
  ...unary('Exp', tf.exp),
  ...unary('Floor', tf.floor, SIGNED, DISCRETE),
  ...unary('LeakyRelu', (x) => tf.leakyRelu(x, 0.3)),
  ...unary('Log', tf.log, POSITIVE),
  one('Log', 'outside its domain', [[2], [0, -1]], tf.log, 'infinite'),
  ...unary('Log1p', tf.log1p, [-0.9, -0.1, 0, 1e-6, 2, 50]),
  ...unary('Neg', tf.neg),
  ...unary('Reciprocal', tf.reciprocal, NON_ZERO),
  ...unary('Relu', tf.relu),
  ...unary('Round', tf.round, [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.3, 2.7], DISCRETE),
  ...unary('Rsqrt', tf.rsqrt, POSITIVE),
  ...unary('Sigmoid', tf.sigmoid, WIDE),
  ...unary('Sign', tf.sign, SIGNED, DISCRETE),
  ...unary('Sin', tf.sin),
  ...unary('Softplus', tf.softplus, WIDE),
  ...unary('Sqrt', tf.sqrt, POSITIVE),
  ...unary('Square', tf.square),
  ...unary('Step', (x) => tf.step(x), SIGNED, DISCRETE),
  ...unary('Step', (x) => tf.step(x, -1), SIGNED, DISCRETE),
  ...unary('Tan', tf.tan, [-1, -0.3, 0, 0.4, 1.2]),
  ...unary('Tanh', tf.tanh, WIDE),
];

const reductionCases: readonly KernelCase[] = [
  ...reductions('Sum', tf.sum),
  ...reductions('Sum', (x, axis) => tf.sum(integers(x), axis), DISTINCT, DISCRETE),
  ...reductions('Mean', tf.mean),
  ...reductions('Mean', (x, axis) => tf.mean(integers(x), axis), DISTINCT, DISCRETE),
  ...reductions('Max', tf.max),
  ...reductions('Min', tf.min),
  ...reductions('Prod', tf.prod).map((row) =>
    row.name.includes('-') ? { ...row, noGradient: 'the gradient in tfjs takes no axis counted from the end' } : row,
  ),
  ...reductions('All', (x, axis, keep) => tf.all(tf.cast(x, 'bool'), axis, keep), BITS, DISCRETE),
  ...reductions('Any', (x, axis, keep) => tf.any(tf.cast(x, 'bool'), axis, keep), [0, 0, 0, 1], DISCRETE),
  ...[0, 1, -1].flatMap((axis) => [
    one('ArgMax', `axis ${axis}`, [[3, 4], DISTINCT], (x) => tf.argMax(x, axis), DISCRETE),
    one(
      'ArgMin',
      `axis ${axis}, ties`,
      [
        [3, 4],
        [1, 0, 0, 2],
      ],
      (x) => tf.argMin(x, axis),
      DISCRETE,
    ),
  ]),
  ...[[5], [2, 3], [2, 2, 3]].flatMap((shape) => [
    one('Softmax', `[${shape}]`, [shape, SIGNED], (x) => tf.softmax(x)),
    one('LogSoftmax', `[${shape}]`, [shape, SIGNED], logSoftmax, 'called as a kernel'),
    one('Log', `of the sum of logSoftmax [${shape}]`, [shape, SIGNED], (x) => tf.logSoftmax(x)),
  ]),
  ...AXES.map(([shape, axis, keep]) =>
    one('Log', `of the sum in logSumExp, [${shape}] over ${axis}`, [shape, SIGNED], (x) => tf.logSumExp(x, axis, keep)),
  ),
];

/** tf.logSoftmax composes other kernels, and the CPU backend has no kernel of this name: by name where it records. */
function logSoftmax(x: Tensor): Tensor {
  if (tf.getBackend() === 'cpu') return tf.logSoftmax(x);
  return tf.engine().runKernel('LogSoftmax', { logits: x }, { axis: x.rank - 1 }) as Tensor;
}

const TRANSPOSITIONS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

const matMul = (a: readonly number[], b: readonly number[]): KernelCase[] =>
  TRANSPOSITIONS.map(([transA, transB]) => {
    const turned = (shape: readonly number[], turn: boolean) =>
      turn ? [...shape.slice(0, -2), ...shape.slice(-2).toReversed()] : shape;
    return {
      kernel: 'BatchMatMul',
      name: `[${a}]${transA ? 'ᵀ' : ''} by [${b}]${transB ? 'ᵀ' : ''}`,
      fn: (inputs) => tf.matMul(inputs.a!, inputs.b!, transA, transB),
      inputs: { a: [turned(a, transA), SIGNED], b: [turned(b, transB), OTHER] },
      ...(a[0] === b[0] || a.length === 2 ? {} : { noGradient: NO_BROADCAST }),
    };
  });

const fused = (activation: 'linear' | 'relu' | 'elu' | 'sigmoid' | 'leakyrelu', bias: boolean): KernelCase => ({
  kernel: '_FusedMatMul',
  name: `${activation}${bias ? ' with bias' : ''}`,
  fn: (inputs) =>
    tf.fused.matMul({
      a: inputs.a as Tensor2D,
      b: inputs.b as Tensor2D,
      activation,
      ...(bias ? { bias: inputs.bias as Tensor1D } : {}),
    }),
  inputs: { a: [[3, 2], SIGNED], b: [[2, 4], OTHER], ...(bias ? { bias: [[4], [1, -2, 0.5, 0]] as const } : {}) },
  ...(activation === 'linear' || activation === 'relu'
    ? {}
    : { noGradient: 'tfjs knows none for this fused activation' }),
});

const products: readonly KernelCase[] = [
  ...matMul([3, 2], [2, 4]),
  ...matMul([2, 3, 2], [2, 2, 4]),
  ...matMul([2, 3, 2], [1, 2, 4]),
  ...matMul([1, 3, 2], [1, 2, 1]),
  ...matMul([2, 2, 3, 2], [2, 2, 2, 4]),
  ...(['linear', 'relu', 'elu', 'sigmoid', 'leakyrelu'] as const).flatMap((name) => [
    fused(name, true),
    fused(name, false),
  ]),
];

export const kernelCases: readonly KernelCase[] = [
  ...arithmetic,
  ...functions,
  ...elementwiseCases,
  ...reductionCases,
  ...layoutCases,
  ...products,
  ...convolutionCases,
  ...poolingCases,
  ...imageCases,
  ...indexingCases,
];
