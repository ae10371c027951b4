// Small flows beside the planar one, right and wrong, for the checker's tests.
import type { Flow, ParamShapes, Params } from '@flowvae/flows';
import { drawNormal } from '@flowvae/random';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { plainPlanar } from './planar-mutants.ts';

type Correction = NonNullable<NonNullable<Parameters<typeof plainPlanar>[1]>['correction']>;

const rowDot = (a: Tensor, b: Tensor): Tensor2D => tf.sum(tf.mul(a, b), 1, true);

/**
 * One planar layer whose log-det is log|1 + (1 − t²)·wᵀû| of the û it really uses, right or wrong: no Jacobian can
 * contradict it.
 */
export function planarByOwnUHat(dim: number, correction: Correction, { declares = false } = {}): Flow {
  const { paramShapes, initialParams } = plainPlanar(dim);
  const pieces = ({ w, u, b }: Params<ParamShapes>) => {
    const layer = { w: tf.reshape(w!, [-1, dim]), u: tf.reshape(u!, [-1, dim]), b: b! } as Parameters<Correction>[0];
    const uHat = tf.add(layer.u, correction(layer, rowDot(layer.w, layer.u), tf.softplus));
    return { ...layer, uHat, dot: rowDot(layer.w, uHat) };
  };
  return {
    name: 'planar by its own û',
    dim,
    paramShapes,
    initialParams,
    forward(params, z) {
      const { w, b, uHat, dot } = pieces(params);
      const t = tf.tanh(tf.add(rowDot(w, z), b));
      const slope = tf.add(1, tf.mul(tf.sub(1, tf.square(t)), dot));
      return { y: tf.add(z, tf.mul(uHat, t)), logDet: tf.squeeze(tf.log(tf.abs(slope)), [1]) as Tensor1D };
    },
    ...(declares ? { invariants: (params) => ({ '1 + wᵀû': tf.add(1, pieces(params).dot) }) } : {}),
  };
}

/** Two planar layers, the second's log-det taken at the first's input. */
export function stalePlanarPair(dim: number): Flow {
  const one = plainPlanar(dim);
  const names = Object.keys(one.paramShapes);
  const half = (params: Readonly<Record<string, Tensor>>, link: number) =>
    Object.fromEntries(names.map((name) => [name, params[`${name}${link}`]!]));
  const both = <T>(of: (link: number) => Readonly<Record<string, T>>) =>
    Object.fromEntries([0, 1].flatMap((link) => names.map((name) => [`${name}${link}`, of(link)[name]!])));
  return {
    name: 'stale pair',
    dim,
    paramShapes: both(() => one.paramShapes),
    initialParams: (key) => both(() => one.initialParams(key)),
    forward(params, z) {
      const first = one.forward(half(params, 0), z);
      const { y } = one.forward(half(params, 1), first.y);
      const stale = one.forward(half(params, 1), z);
      return { y, logDet: tf.add(first.logDet, stale.logDet) };
    },
  };
}

/** The Q of a QR decomposition by Gram-Schmidt, a fixed orthogonal matrix. */
function orthogonal(dim: number): Tensor2D {
  const columns: number[][] = [];
  const values = drawNormal({ k0: 5, k1: dim }, dim * dim);
  for (let i = 0; i < dim; i++) {
    let column = Array.from(values.subarray(i * dim, (i + 1) * dim));
    for (const other of columns) {
      const along = column.reduce((sum, value, d) => sum + value * other[d]!, 0);
      column = column.map((value, d) => value - along * other[d]!);
    }
    const norm = Math.hypot(...column);
    columns.push(column.map((value) => value / norm));
  }
  return tf.tensor2d(columns); // rows and columns of an orthogonal matrix are both orthonormal
}

/**
 * A Sylvester layer z' = z + Q·R·tanh(R̃·Qᵀz + b) with diagonal R and R̃, |R·R̃| < 1, and log-det Σ log(1 + h'·R·R̃).
 *
 * @param side `'wrong'`: Q where Qᵀ belongs, while the log-det is the same
 */
export function sylvester(dim: number, side: 'right' | 'wrong'): Flow {
  return {
    name: 'sylvester',
    dim,
    paramShapes: { r: [dim], rTilde: [dim], b: [dim] },
    initialParams: () => ({ r: new Float32Array(dim), rTilde: new Float32Array(dim), b: new Float32Array(dim) }),
    forward({ r, rTilde, b }, z) {
      const q = orthogonal(dim);
      const [bounded, boundedTilde] = [tf.tanh(r!), tf.tanh(rTilde!)];
      const rotated = tf.matMul(z, q, false, side === 'wrong'); // row vectors: (Qᵀz)ᵀ = zᵀQ
      const h = tf.tanh(tf.add(tf.mul(rotated, boundedTilde), b!));
      const y: Tensor2D = tf.add(z, tf.matMul(tf.mul(bounded, h) as Tensor2D, q, false, true));
      const slopes = tf.mul(tf.sub(1, tf.square(h)), tf.mul(bounded, boundedTilde));
      return { y, logDet: tf.sum(tf.log1p(slopes), 1) };
    },
  };
}

/** y = z where z > 0 and e^s·z elsewhere; log-det Σ of the branch taken, or of the positive one alone. */
export function leakyShift(dim: number, branches: 'both' | 'positive only'): Flow {
  return {
    name: 'leaky',
    dim,
    paramShapes: { s: [dim] },
    initialParams: () => ({ s: new Float32Array(dim) }),
    forward({ s }, z) {
      const bounded = tf.tanh(s!);
      const negative = tf.sub(1, tf.step(z));
      const y: Tensor2D = tf.mul(z, tf.exp(tf.mul(negative, bounded)));
      const logSlopes = tf.mul(branches === 'both' ? negative : 0, bounded);
      return { y, logDet: tf.sum(tf.mul(tf.onesLike(z), logSlopes), 1) };
    },
  };
}

/** y = A·z for a fixed matrix whose log|det| is 0, or claimed to be. */
export function linear(dim: number, element: (i: number, j: number) => number): Flow {
  const matrix = () =>
    tf.tensor2d(Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (__, j) => element(i, j))));
  return {
    name: 'linear',
    dim,
    paramShapes: {},
    initialParams: () => ({}),
    forward: (_, z) => ({ y: tf.matMul(z, matrix(), false, true), logDet: tf.mul(0, tf.sum(z, 1)) }),
  };
}
