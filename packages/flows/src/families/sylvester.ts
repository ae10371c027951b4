// The Sylvester flows of van den Berg et al.: orthogonal, Householder, triangular.
import { drawNormal, fold } from '@flowvae/random';
import { ExpectationError, type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { orthogonalise } from '../algebra/orthogonalise.ts';
import { applyMatrix } from '../algebra/triangular.ts';
import type { Flow } from '../flow.ts';
import { reflect, reflections } from '../frames/reflections.ts';
import { type Basis, type BasisSource, type SylvesterShapes, sylvesterFlow } from '../frames/sylvester-flow.ts';
import { layersOf } from '../layers/slices.ts';
import { layeredName } from '../layers/stacked-parameters.ts';
import type { NoShapes } from './permutation.ts';

/** Shapes of the matrices [K, D, M] whose orthonormal columns an orthogonal Sylvester flow takes. */
export type OrthogonalShapes = { readonly q: readonly [layers: number, dim: number, width: number] };

/** Shapes of the normals [K, H, D] of a Householder Sylvester flow's mirrors. */
export type MirrorShapes = { readonly v: readonly [layers: number, mirrors: number, dim: number] };

/**
 * Orthogonal Sylvester flow: z' = z + Q·R₁·tanh(R₂·Qᵀz + b) with M orthonormal columns Q [D, M], K layers one after the
 * other.
 *
 * Q comes from q by the iteration of {@link orthogonalise}, to 1e-5 where the columns of q are not nearly dependent.
 * Log-det and diagonals: see
 * {@link sylvesterFlow}.
 * Shapes: z [B, D]; q [B|1, K, D, M]; upper1, upper2 [B|1, K, M(M−1)/2]; product, diagonal2, b [B|1, K, M] → y [B, D],
 * logDet [B]. Units: nats.
 * @param width M, from 2 to D
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for a width outside its range
 * @see van den Berg et al. 2018, arXiv:1803.05649, section 4.1
 */
export function sylvesterOrthogonal(dim: number, width: number, layers = 1): Flow<SylvesterShapes & OrthogonalShapes> {
  checkDim('sylvesterOrthogonal', dim);
  checkWidth('sylvesterOrthogonal: width', width, dim);
  const source: BasisSource<OrthogonalShapes> = {
    paramShapes: { q: [layers, dim, width] },
    initialParams: (key) => ({ q: drawNormal(fold(key, 'sylvester'), layers * dim * width) }),
    bases: ({ q }) => orthogonalBases(q),
  };
  const name = layeredName(`sylvester-o(${width})`, layers);
  const single = () => sylvesterOrthogonal(dim, width);
  return sylvesterFlow({ where: 'sylvesterOrthogonal', name, dim, layers, width, single }, source);
}

/**
 * Householder Sylvester flow: z' = z + Q·R₁·tanh(R₂·Qᵀz + b), Q [D, D] the product of H reflections, K layers one after
 * the other.
 *
 * Shapes: z [B, D]; v [B|1, K, H, D]; upper1, upper2 [B|1, K, D(D−1)/2]; product, diagonal2, b [B|1, K, D] → y [B, D],
 * logDet [B]. Units: nats.
 * @param mirrors H, 1 or more
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1 or no mirror
 * @see van den Berg et al. 2018, arXiv:1803.05649, section 4.2
 */
export function sylvesterHouseholder(dim: number, mirrors: number, layers = 1): Flow<SylvesterShapes & MirrorShapes> {
  checkDim('sylvesterHouseholder', dim);
  if (!(Number.isInteger(mirrors) && mirrors >= 1)) {
    const received = String(mirrors);
    throw new ExpectationError({ where: 'sylvesterHouseholder: mirrors', expected: 'a whole number from 1', received });
  }
  const source: BasisSource<MirrorShapes> = {
    paramShapes: { v: [layers, mirrors, dim] },
    initialParams: (key) => ({ v: drawNormal(fold(key, 'sylvester'), layers * mirrors * dim) }),
    bases: ({ v }) => mirrorBases(v),
  };
  const name = layeredName(`sylvester-h(${mirrors})`, layers);
  const single = () => sylvesterHouseholder(dim, mirrors);
  return sylvesterFlow({ where: 'sylvesterHouseholder', name, dim, layers, width: dim, single }, source);
}

/**
 * Triangular Sylvester flow: z' = z + Q·R₁·tanh(R₂·Qᵀz + b), Q in turn the identity and the reversal of the dimensions,
 * K layers.
 *
 * Shapes: z [B, D]; upper1, upper2 [B|1, K, D(D−1)/2]; product, diagonal2, b [B|1, K, D] → y [B, D], logDet [B]. Units:
 * nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1
 * @see van den Berg et al. 2018, arXiv:1803.05649, section 4.3
 */
export function sylvesterTriangular(dim: number, layers = 1): Flow<SylvesterShapes> {
  checkDim('sylvesterTriangular', dim);
  return triangularFrom(0, dim, layers);
}

/** Layers `first`, `first` + 1, …: odd ones are reversed. */
function triangularFrom(first: number, dim: number, layers: number): Flow<SylvesterShapes> {
  const source: BasisSource<NoShapes> = {
    paramShapes: {},
    initialParams: () => ({}),
    bases: () => alternatingBases(layers, first),
  };
  const name = layeredName('sylvester-t', layers);
  const single = (k: number) => triangularFrom(first + k, dim, 1);
  return sylvesterFlow({ where: 'sylvesterTriangular', name, dim, layers, width: dim, single }, source);
}

/** Bases of matrices q [B|1, K, D, M]: the orthogonal factor of each. */
export function orthogonalBases(q: Tensor): Basis[] {
  const [rows, layers, dim, width] = q.shape as [number, number, number, number];
  const flat = orthogonalise(tf.reshape(q, [rows * layers, dim, width]));
  return layersOf(tf.reshape(flat, [rows, layers, dim, width]), layers).map((layer) => {
    const matrix: Tensor3D = tf.squeeze(layer, [1]);
    return { project: (z) => applyMatrix(matrix, z, true), embed: (h) => applyMatrix(matrix, h) };
  });
}

/** Bases of mirrors v [B|1, K, H, D]: Qᵀz is z reflected at the first, then the second, … */
export const mirrorBases = (v: Tensor): Basis[] =>
  layersOf(v, v.shape[1]!).map((layer) => {
    const forth = reflections(tf.squeeze<Tensor3D>(layer, [1]));
    const back = { normal: tf.reverse(forth.normal, 1), back: tf.reverse(forth.back, 1) };
    return { project: (z) => reflect(forth, z), embed: (h) => reflect(back, h) };
  });

/**
 * The identity and the reversal of the dimensions, alternating; layer `first` + k is reversed if this number is odd.
 */
export function alternatingBases(layers: number, first = 0): Basis[] {
  const same = (x: Tensor2D) => x;
  const reversed = (x: Tensor2D): Tensor2D => tf.reverse(x, 1);
  return Array.from({ length: layers }, (_, k) =>
    (first + k) % 2 === 0 ? { project: same, embed: same } : { project: reversed, embed: reversed },
  );
}

const remedy = "use 'planar', which a Sylvester flow of width 1 is";

function checkDim(where: string, dim: number): void {
  if (Number.isInteger(dim) && dim >= 2) return;
  throw new ExpectationError({ where, expected: 'at least 2 components', received: String(dim), remedy });
}

function checkWidth(where: string, width: number, dim: number): void {
  if (Number.isInteger(width) && width >= 2 && width <= dim) return;
  throw new ExpectationError({ where, expected: `a whole number from 2 to ${dim}`, received: String(width), remedy });
}
