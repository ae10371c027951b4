// Flows of the table, each made slightly wrong: the public checker must find every one at its defaults, with any key.
import {
  type CheckName,
  chain,
  type Flow,
  type InvertibleFlow,
  isInvertible,
  type ParamShapes,
  type Params,
  parseFlow,
  planar,
} from '@flowvae/flows';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

type Result = ReturnType<Flow['forward']>;

const withForward = (
  flow: Flow,
  change: (result: Result, z: Tensor2D, again: (z: Tensor2D) => Result) => Result,
): Flow => ({
  ...flow,
  forward: (params, z) => change(flow.forward(params, z), z, (at) => flow.forward(params, at)),
});

const withLogDet = (
  flow: Flow,
  change: (logDet: Tensor1D, z: Tensor2D, again: (z: Tensor2D) => Result) => Tensor,
): Flow => withForward(flow, ({ y, logDet }, z, again) => ({ y, logDet: change(logDet, z, again) as Tensor1D }));

const withInverse = (flow: Flow, change: (result: ReturnType<InvertibleFlow['inverse']>) => object): Flow => {
  if (!isInvertible(flow)) throw new TypeError(`${flow.name} has no inverse`);
  return {
    ...flow,
    inverse: (params: Params<ParamShapes>, y: Tensor2D) => ({
      ...flow.inverse(params, y),
      ...change(flow.inverse(params, y)),
    }),
  } as Flow;
};

/** x with a gradient that is multiplied. */
const withGradientTimes = <T extends Tensor>(x: T, factor: number) =>
  tf.customGrad((value) => ({
    value: tf.clone(value as Tensor),
    gradFunc: (dx: Tensor) => tf.mul(dx, factor),
  }))(x) as T;

/** A parameter whose gradient is multiplied element by element. */
function withParamGradientTimes(flow: Flow, name: string, factorAt: (i: number) => number): Flow {
  const shape = [1, ...flow.paramShapes[name]!];
  const factors = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => factorAt(i));
  const changed = tf.customGrad((value) => ({
    value: tf.clone(value as Tensor),
    gradFunc: (dx: Tensor) => tf.mul(dx, tf.tensor(factors, shape)),
  }));
  return { ...flow, forward: (params, z) => flow.forward({ ...params, [name]: changed(params[name]!) as Tensor }, z) };
}

/** The log-det of one of several layers is left out. */
function withoutLayer(dim: number): Flow {
  const layers = Array.from({ length: 4 }, () => planar(dim));
  const silent = layers.map((layer, i) => (i === 2 ? withLogDet(layer, (logDet) => tf.zerosLike(logDet)) : layer));
  return { ...chain(layers), forward: chain(silent).forward };
}

/** An elementwise flow of one parameter a [D], written as asked. */
const written = (
  dim: number,
  forward: (a: Tensor, z: Tensor2D) => { readonly y: Tensor; readonly logDet: Tensor },
  inverse?: (a: Tensor, y: Tensor2D) => { readonly z: Tensor; readonly logDet: Tensor },
): Flow =>
  ({
    name: 'written',
    dim,
    paramShapes: { a: [dim] },
    initialParams: () => ({ a: new Float32Array(dim) }),
    forward: ({ a }: Params<ParamShapes>, z: Tensor2D) => forward(a!, z),
    ...(inverse ? { inverse: ({ a }: Params<ParamShapes>, y: Tensor2D) => inverse(a!, y) } : {}),
  }) as Flow;

const zerosOf = (z: Tensor2D) => tf.zeros([z.shape[0]]);
const rowSums = (x: Tensor, z: Tensor2D) => tf.mul(tf.ones([z.shape[0]]), tf.sum(x, 1));

export interface CheckerMutant {
  readonly name: string;
  readonly check: CheckName;
  readonly make: (dim: number) => Flow;
}

const everyFamily = ['radial*2', 'realnvp(8,1)*2', 'spline(4,8)', 'affine', 'nice-perm(8)*2'];

/** Faults in the log-det of any family; a volume-preserving one has a log-det of 0, which cannot be scaled. */
const ofLogDet: Readonly<Record<string, (flow: Flow) => Flow>> = {
  'a log-det of the wrong sign': (flow) => withLogDet(flow, (logDet) => tf.neg(logDet)),
  'a log-det scaled by 1.02': (flow) => withLogDet(flow, (logDet) => tf.mul(logDet, 1.02)),
  'a log-det with 1e-2 added': (flow) => withLogDet(flow, (logDet) => tf.add(logDet, 1e-2)),
};

const made = (formula: string, change: (flow: Flow) => Flow) => (dim: number) => change(parseFlow(formula, dim));

export const checkerMutants: readonly CheckerMutant[] = [
  {
    name: "every row with the first row's parameters",
    check: 'rows',
    make: (dim) =>
      written(dim, (a, z) => {
        const first = tf.slice(a, [0, 0], [1, dim]);
        return { y: tf.mul(z, tf.exp(first)), logDet: rowSums(first, z) };
      }),
  },
  {
    name: 'a shift by the mean over the batch',
    check: 'rows',
    make: (dim) => written(dim, (a, z) => ({ y: tf.add(z, tf.mean(a, 0, true)), logDet: zerosOf(z) })),
  },
  {
    name: 'a shift that grows with the place in the batch',
    check: 'rows',
    make: (dim) =>
      written(dim, (a, z) => {
        const place = tf.reshape(tf.range(0, z.shape[0]), [-1, 1]);
        return { y: tf.add(z, tf.mul(a, place)), logDet: zerosOf(z) };
      }),
  },
  {
    name: 'an inverse that takes the mean over the batch',
    check: 'rows',
    make: (dim) =>
      written(
        dim,
        (a, z) => ({ y: tf.add(z, a), logDet: zerosOf(z) }),
        (a, y) => ({ z: tf.add(tf.sub(y, a), tf.mean(y, 0, true)), logDet: zerosOf(y) }),
      ),
  },
  {
    name: 'half-lines that collapse to a point, with a log-det of 0',
    check: 'logDet',
    make: (dim) =>
      written(dim, (a, z) => {
        const bound = tf.sub(-1.5, tf.mul(30, tf.exp(tf.mul(-1e4, tf.square(a)))));
        return { y: tf.add(tf.relu(tf.sub(z, bound)), bound), logDet: zerosOf(z) };
      }),
  },
  {
    name: 'a contraction by 20 whose inverse claims a log-det of 0',
    check: 'roundTrip',
    make: (dim) =>
      written(
        dim,
        (a, z) => ({ y: tf.add(tf.div(z, 20), a), logDet: tf.sub(zerosOf(z), dim * Math.log(20)) }),
        (a, y) => ({ z: tf.mul(20, tf.sub(y, a)), logDet: zerosOf(y) }),
      ),
  },
  ...everyFamily.flatMap((formula) =>
    Object.entries(ofLogDet)
      .filter(([name]) => !formula.startsWith('nice') || name.endsWith('added'))
      .map(
        ([name, change]): CheckerMutant => ({
          name: `${formula} with ${name}`,
          check: 'logDet',
          make: made(formula, change),
        }),
      ),
  ),
  {
    name: 'planar*4 with the log-det of three layers',
    check: 'logDet',
    make: withoutLayer,
  },
  {
    name: 'spline(4,8) with the log-det at the point after the flow',
    check: 'logDet',
    make: made('spline(4,8)', (flow) => withForward(flow, ({ y }, _, again) => ({ y, logDet: again(y).logDet }))),
  },
  {
    name: 'spline(4,8) with the derivative of the neighbouring bin',
    check: 'logDet',
    make: made('spline(4,8)', (flow) =>
      withLogDet(flow, (_, z, again) => again(tf.sub(tf.mod(tf.add(z, 7.5), 10), 5) as Tensor2D).logDet),
    ),
  },
  ...['planar-leaky*2', 'realnvp(8,1)*2', 'spline(4,8)', 'lu'].map(
    (formula): CheckerMutant => ({
      name: `${formula} with an inverse that is 1e-3 off`,
      check: 'roundTrip',
      make: made(formula, (flow) => withInverse(flow, ({ z }) => ({ z: tf.add(z, 1e-3) }))),
    }),
  ),
  {
    name: 'realnvp(8,1)*2 with an inverse whose log-det is 1e-2 off',
    check: 'roundTrip',
    make: made('realnvp(8,1)*2', (flow) => withInverse(flow, ({ logDet }) => ({ logDet: tf.add(logDet, 1e-2) }))),
  },
  ...['planar*2', 'realnvp(8,1)*2', 'spline(4,8)'].flatMap((formula): CheckerMutant[] => [
    {
      name: `${formula} with gradients of y that are 10 % too large`,
      check: 'gradients',
      make: made(formula, (flow) => withForward(flow, ({ y, logDet }) => ({ y: withGradientTimes(y, 1.1), logDet }))),
    },
    {
      name: `${formula} with a log-det that passes no gradient on`,
      check: 'gradients',
      make: made(formula, (flow) => withLogDet(flow, (logDet) => withGradientTimes(logDet, 0))),
    },
  ]),
  {
    name: 'a log-det twice too large where y cancels',
    check: 'logDet',
    make: (dim) =>
      written(dim, (a, z) => {
        const logScale = tf.mul(tf.tanh(a), 0.5);
        const isFar = tf.tensor2d(
          Array.from(tf.slice(z, [0, 0], [z.shape[0], 1]).dataSync(), (x) => [Number(Math.abs(x) > 0.5)]),
        );
        const large = tf.mul(isFar, 1e4);
        const y = tf.sub(tf.mul(tf.add(large, tf.exp(logScale)), z), tf.mul(large, z));
        return { y, logDet: tf.mul(rowSums(logScale, z), tf.add(1, tf.squeeze(isFar, [1]))) };
      }),
  },
  {
    name: 'a steeply curved shift whose gradient is cut off',
    check: 'gradients',
    make: (dim) =>
      written(dim, (a, z) => {
        const shift = withGradientTimes(tf.mul(tf.sin(tf.mul(a, 3e3)), 0.02), 0);
        return { y: tf.add(z, shift), logDet: zerosOf(z) };
      }),
  },
  ...Object.entries({ 'twice too large': 2, 'cut off': 0, 'of the wrong sign': -1 }).flatMap(([name, factor]) =>
    ['planar-leaky*2', 'realnvp(8,1)*2', 'lu'].map(
      (formula): CheckerMutant => ({
        name: `${formula} with gradients of the inverse that are ${name}`,
        check: 'inverseGradients',
        make: made(formula, (flow) => withInverse(flow, ({ z }) => ({ z: withGradientTimes(z, factor) }))),
      }),
    ),
  ),
  ...Object.entries({ '30 % too large': 1.3, 'cut off': 0, 'of the wrong sign': -1 }).map(
    ([name, factor]): CheckerMutant => ({
      name: `realnvp(40,2) with one of 40 rows of a kernel's gradient ${name}`,
      check: 'gradients',
      make: made('realnvp(40,2)', (flow) =>
        withParamGradientTimes(flow, 'kernel2', (i) => (Math.floor(i / 40) === 7 ? factor : 1)),
      ),
    }),
  ),
];
