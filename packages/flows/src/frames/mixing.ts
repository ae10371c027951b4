// The order in which a coupling layer passes on its two parts, so that the next layer divides the components
// differently.
import { drawNormal, drawPermutation, fold, key } from '@flowvae/random';
import { ExpectationError, type Tensor2D, tf } from '@flowvae/tensor';
import { once } from '../posterior/once.ts';

/** Joins kept [B, A] and changed [B, D − A] parts after layer k, and takes them apart again; all with |det| = 1. */
export interface Mixing {
  join(kept: Tensor2D, changed: Tensor2D, layer: number): Tensor2D;
  part(z: Tensor2D, layer: number): { readonly kept: Tensor2D; readonly changed: Tensor2D };
  /** After the last layer, and before the first of the inverse. */
  finish(z: Tensor2D): Tensor2D;
  begin(y: Tensor2D): Tensor2D;
}

/** Sizes of the parts: for odd D the kept part is the larger one. */
export const partSizes = (dim: number): [kept: number, changed: number] => [Math.ceil(dim / 2), Math.floor(dim / 2)];

/** z as its parts, kept first. */
export function halves(z: Tensor2D): { readonly kept: Tensor2D; readonly changed: Tensor2D } {
  const [kept, changed] = tf.split(z, partSizes(z.shape[1]), 1) as [Tensor2D, Tensor2D];
  return { kept, changed };
}

/**
 * Alternating halves: the changed part moves to the front, so that the next layer keeps it; after the last layer every
 * component is back in its place. For odd D the parts rotate, so that each component is changed.
 */
export function alternating(dim: number, layers: number): Mixing {
  const [, changed] = partSizes(dim);
  const turned = (layers * changed) % dim;
  return {
    join: (kept, moved) => tf.concat([moved, kept], 1),
    part(z) {
      const [moved, kept] = tf.split(z, [changed, dim - changed], 1) as [Tensor2D, Tensor2D];
      return { kept, changed: moved };
    },
    finish: (z) => turnedLeft(z, turned),
    begin: (y) => turnedLeft(y, (dim - turned) % dim),
  };
}

/** Layer k of K alone. */
export function mixingOfLayer({ join, part, finish, begin }: Mixing, k: number, layers: number): Mixing {
  const isLast = k === layers - 1;
  return {
    join: (kept, changed) => join(kept, changed, k),
    part: (z) => part(z, k),
    finish: isLast ? finish : (z) => z,
    begin: isLast ? begin : (y) => y,
  };
}

/** Components `by` … D − 1, then 0 … `by` − 1. */
function turnedLeft(z: Tensor2D, by: number): Tensor2D {
  if (by === 0) return z;
  const [first, rest] = tf.split(z, [by, z.shape[1] - by], 1) as [Tensor2D, Tensor2D];
  return tf.concat([rest, first], 1);
}

/** Wider latents would spend their time in these matrices. */
const MOST_MIXED = 1024;

/** z_{k+1} = [kept, changed]·Q_k with fixed orthogonal matrices Q_k [D, D], row-major. */
export function byMatrices(dim: number, make: () => readonly Float32Array[]): Mixing {
  checkWidth(dim);
  const matrices = once(make);
  const matrix = (layer: number) => tf.tensor2d(matrices()[layer]!, [dim, dim]);
  return {
    join: (kept, changed, layer) => tf.matMul(tf.concat([kept, changed], 1), matrix(layer)),
    part: (z, layer) => halves(tf.matMul(z, matrix(layer), false, true)),
    finish: (z) => z,
    begin: (y) => y,
  };
}

/** Mixing is not a parameter: it depends on D and the layer only, so that a saved run can reconstruct it. */
const mixingKey = (kind: string, dim: number, layer: number) => fold(key(0), kind, dim, layer);

function checkWidth(dim: number): void {
  if (dim <= MOST_MIXED) return;
  throw new ExpectationError({
    where: 'mixing by matrices',
    expected: `at most ${MOST_MIXED} components`,
    received: String(dim),
  });
}

/** A random permutation matrix for each layer. */
export function permutationMatrices(dim: number, layers: number): Float32Array[] {
  return Array.from({ length: layers }, (_, layer) => {
    const matrix = new Float32Array(dim * dim);
    drawPermutation(mixingKey('permutation', dim, layer), dim).forEach((from, to) => {
      matrix[from * dim + to] = 1;
    });
    return matrix;
  });
}

/**
 * The components of each layer's kept part as masks [K, D], row-major, 1 on the kept and 0 on the changed part. Layers
 * come in pairs, a random half and the other half, so that a pair changes every component; no layer keeps the same half
 * as the previous layer.
 */
export function randomHalves(dim: number, layers: number): Float32Array {
  const [kept] = partSizes(dim);
  const masks: number[][] = [];
  for (let pair = 0; masks.length < layers; pair++) {
    const half = new Array<number>(dim).fill(0);
    for (const component of drawPermutation(mixingKey('half', dim, pair), dim).subarray(0, kept)) half[component] = 1;
    const other = half.map((isKept) => 1 - isKept);
    masks.push(...(String(half) === String(masks.at(-1)) ? [other, half] : [half, other]));
  }
  return Float32Array.from(masks.slice(0, layers).flat());
}

/** A random orthogonal matrix for each layer: Q of the QR decomposition of a Gaussian matrix. */
export function orthogonalMatrices(dim: number, layers: number): Float32Array[] {
  return Array.from({ length: layers }, (_, layer) =>
    orthonormalRows(Float64Array.from(drawNormal(mixingKey('orthogonal', dim, layer), dim * dim)), dim),
  );
}

/** Gram-Schmidt in float64, twice over, which leaves rows orthogonal to rounding. */
function orthonormalRows(matrix: Float64Array, dim: number): Float32Array {
  const row = (i: number) => matrix.subarray(i * dim, (i + 1) * dim);
  for (let i = 0; i < dim; i++) {
    const current = row(i);
    for (const earlier of [...Array(2 * i).keys()].map((j) => row(j % i))) {
      const along = current.reduce((sum, value, d) => sum + value * earlier[d]!, 0);
      current.forEach((value, d) => {
        current[d] = value - along * earlier[d]!;
      });
    }
    const norm = Math.hypot(...current);
    current.forEach((value, d) => {
      current[d] = value / norm;
    });
  }
  return Float32Array.from(matrix);
}
