// NaN, infinities, signed zeros, extremes and integers: the backend gives the same results as tfjs-cpu's kernels.
import '@flowvae/compiler';
import { type Tensor, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

tf.backend(); // makes tfjs choose its own backend first

type DType = 'float32' | 'int32' | 'bool';

const { NaN: none, POSITIVE_INFINITY: infinity } = Number;
const values: Readonly<Record<DType, readonly number[]>> = {
  float32: [none, infinity, -infinity, 0, -0, 1, -1, 0.5, -2.5, 1e-30, 3.4e38, -3.4e38, 88.5, -88.5, 17, -17, 710, 1.2],
  int32: [0, 1, -1, 2, -3, 7, 100, -100, 40000, -2147483648],
  bool: [0, 1, 1, 0],
};

const unary = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Expm1'],
  ...[
    'Floor',
    'IsFinite',
    'IsInf',
    'IsNan',
    'LeakyRelu',
    'Log',
    'Log1p',
    'Neg',
    'Reciprocal',
    'Relu',
    'Relu6',
    'Round',
  ],
  ...['Rsqrt', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Square', 'Step', 'Tan', 'Tanh'],
  'ClipByValue',
];
const binary = [
  ...['Add', 'Sub', 'Multiply', 'Mod', 'FloorDiv', 'Maximum', 'Minimum', 'SquaredDifference', 'Atan2', 'Prelu'],
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual'],
];
const reductions = ['Sum', 'Mean', 'Prod', 'Max', 'Min', 'ArgMax', 'ArgMin'];

type Given = Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>;
const pair = (a: number, b: number): Given => ({ a: [[1], [a]], b: [[1], [b]] });

/** Where the two differ on purpose: why, and an input that shows it. */
const apart: Readonly<Record<string, readonly [why: string, shown: Given]>> = {
  'Add bool': ['tfjs-cpu stores 2 in a boolean', pair(1, 1)],
  'Sub bool': ['tfjs-cpu stores 255 in a boolean', pair(0, 1)],
  'Multiply int32': ['tfjs-cpu rounds large products to doubles before it cuts them', pair(2147483647, 2147483647)],
  'SquaredDifference int32': ['the same', pair(-100, 2147483647)],
  'Square int32': ['the same', { x: [[1], [2147483647]] }],
  'Prod int32': [
    'the same',
    {
      x: [
        [1, 2],
        [2147483647, 2147483647],
      ],
    },
  ],
  'FloorDiv float32': ['a quotient below the range of float32 is 0', pair(-1e-30, 3.4e38)],
};

const attributes: Readonly<Record<string, object>> = {
  LeakyRelu: { alpha: 0.2 },
  Step: { alpha: 0.3 },
  ClipByValue: { clipValueMin: -2, clipValueMax: 3 },
  Max: { reductionIndices: [1], keepDims: false },
  ArgMax: { axis: 1 },
  ArgMin: { axis: 1 },
};

/** One kernel, called by name on one backend: its type and elements, or that it refuses. */
function called(kernel: string, given: Given, dtype: DType, backend: string): readonly unknown[] {
  const before = tf.getBackend();
  tf.setBackend(backend);
  try {
    return tf.tidy(() => {
      const inputs = Object.entries(given).map(([name, [shape, list]]) => [
        name,
        tf.tensor([...list], [...shape], dtype),
      ]);
      const attrs = attributes[kernel] ?? { axis: [1], keepDims: false };
      const result = tf.engine().runKernel(kernel, Object.fromEntries(inputs), attrs as never) as Tensor;
      return [result.dtype, ...result.dataSync()];
    });
  } finally {
    tf.setBackend(before);
  }
}

const agree = (got: unknown, want: unknown) =>
  Object.is(got, want) ||
  got === want ||
  Math.abs((got as number) - (want as number)) <= 1e-5 * Math.max(1, Math.abs(want as number));

function differences(kernel: string, given: Given, dtype: DType): string[] {
  const [want, got] = [called(kernel, given, dtype, 'cpu'), called(kernel, given, dtype, 'onnxruntime')];
  expect(got.length).toBe(want.length);
  return got.flatMap((value, i) => (agree(value, want[i]) ? [] : [`${i - 1}: ${value}, tfjs-cpu ${want[i]}`]));
}

const types: readonly DType[] = ['float32', 'int32', 'bool'];
const rows = (kernels: readonly string[]) =>
  kernels.flatMap((kernel) =>
    types.filter((dtype) => apart[`${kernel} ${dtype}`] === undefined).map((dtype) => [kernel, dtype] as const),
  );

it.each(rows(unary))('%s of %s', (kernel, dtype) => {
  const list = values[dtype];
  expect(differences(kernel, { x: [[list.length], list] }, dtype)).toEqual([]);
});

it.each(['ArgMax', 'ArgMin'])('%s of rows with NaN', (kernel) => {
  const list = [none, 1, 2, none, 2, 1, 1, none, 2, 2, none, 1, none, none, none, -infinity, none, infinity];
  expect(differences(kernel, { x: [[6, 3], list] }, 'float32')).toEqual([]);
  expect(
    called(
      kernel,
      {
        x: [
          [1, 3],
          [none, 1, 2],
        ],
      },
      'float32',
      'onnxruntime',
    ),
  ).toEqual(['int32', 0]);
});

/** On one backend. */
function computed(backend: string, compute: () => Tensor): readonly unknown[] {
  const before = tf.getBackend();
  tf.setBackend(backend);
  try {
    return tf.tidy(() => {
      const result = compute();
      return [result.dtype, result.shape, ...result.dataSync()];
    });
  } finally {
    tf.setBackend(before);
  }
}

const alike: Readonly<Record<string, () => Tensor>> = {
  'cast wraps beyond int32': () =>
    tf.cast(tf.tensor1d([3e9, -3e9, 4294967296, 6442450944, 1e20, -1e20, infinity, -infinity, none, -1.9]), 'int32'),
  'step of the smallest numbers': () => tf.step(tf.tensor1d([1e-45, -1e-45, 1e-39, 2.9e-39, 1e-38, 0, none, infinity])),
  "relu's gradient at the smallest numbers": () => tf.grad(tf.relu)(tf.tensor1d([1e-45, -1e-45, 1e-39, 0, -0, 3])),
  'the sum of columns that there are none of': () => tf.sum(tf.zeros([3, 0]), 0),
  'the sum of rows that there are none of': () => tf.sum(tf.zeros([0, 3]), 0),
  'the choice between int32 and float32': () =>
    tf.where(tf.tensor1d([1, 0], 'bool'), tf.tensor1d([1, 2], 'int32'), tf.tensor1d([0.5, 1.5])),
  'the choice between float32 and bool': () =>
    tf.where(tf.tensor1d([1, 0], 'bool'), tf.tensor1d([0.5, 2]), tf.tensor1d([0, 1], 'bool')),
  'the choice between bool and int32': () =>
    tf.where(tf.tensor1d([1, 0], 'bool'), tf.tensor1d([1, 0], 'bool'), tf.tensor1d([7, 8], 'int32')),
};

it.each(Object.entries(alike))('%s', (_, compute) => {
  expect(computed('onnxruntime', compute)).toEqual(computed('cpu', compute));
});

it.each(rows(binary))('%s of pairs of %s', (kernel, dtype) => {
  const [left, right] = [
    values[dtype].flatMap((a) => values[dtype].map(() => a)),
    values[dtype].flatMap(() => values[dtype]),
  ];
  const names = kernel === 'Prelu' ? ['x', 'alpha'] : ['a', 'b'];
  const given = { [names[0]!]: [[left.length], left], [names[1]!]: [[right.length], right] } as const;
  expect(differences(kernel, given as never, dtype)).toEqual([]);
});

it.each(rows(reductions))('%s over pairs of %s', (kernel, dtype) => {
  const list = values[dtype];
  expect(differences(kernel, { x: [[list.length / 2, 2], list] }, dtype)).toEqual([]);
});

it.each(Object.entries(apart).map(([row, [why, given]]) => [row, why, given] as const))(
  '%s differs: %s',
  (row, _, given) => {
    const [kernel, dtype] = row.split(' ') as [string, DType];
    expect(differences(kernel, given, dtype)).not.toEqual([]);
  },
);
