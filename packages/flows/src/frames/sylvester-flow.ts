// The common part of Sylvester flows, for any source of the orthogonal matrices.
import type { Key } from '@flowvae/random';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { applyMatrix, packedSize, strictlyLower } from '../algebra/triangular.ts';
import type { Flow, ParamShapes, Params, ParamValues } from '../flow.ts';
import { cutIntoLayers } from '../layers/cutting.ts';
import { layersOf } from '../layers/slices.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';
import { tanhBoundedLogScale } from './affine-map.ts';

/**
 * Shapes of the parameters of all Sylvester flows: R₁ and R₂ above the diagonal [K, M(M−1)/2], the numbers behind their
 * diagonals, and b [K, M].
 */
export type SylvesterShapes = {
  readonly upper1: readonly [layers: number, size: number];
  readonly upper2: readonly [layers: number, size: number];
  readonly product: readonly [layers: number, width: number];
  readonly diagonal2: readonly [layers: number, width: number];
  readonly b: readonly [layers: number, width: number];
};

/** The orthonormal columns Q [D, M] of one layer, as the two products that a layer uses. */
export interface Basis {
  /** Qᵀz, [B, D] → [B, M] */
  readonly project: (z: Tensor2D) => Tensor2D;
  /** Q·h, [B, M] → [B, D] */
  readonly embed: (h: Tensor2D) => Tensor2D;
}

/** The source of the orthogonal matrices. */
export interface BasisSource<S extends ParamShapes> {
  readonly paramShapes: S;
  readonly initialParams: (key: Key) => ParamValues<S>;
  /** One basis for each layer. */
  readonly bases: (params: Params<S>) => readonly Basis[];
}

/** Sizes and names of a Sylvester flow. */
export interface SylvesterOptions {
  readonly where: string;
  readonly name: string;
  readonly dim: number;
  readonly layers: number;
  /** M, the number of columns of Q. */
  readonly width: number;
  /** Layer k as a flow of one layer. */
  readonly single: (k: number) => Flow;
}

/** softplus of this is 1. */
const SOFTPLUS_OF_ONE = Math.log(Math.E - 1);

/** Triangular factors of all layers: R₁ᵀ, R₂ᵀ [B|1, K, M, M] and 1 + r₁r₂ [B|1, K, M]. */
interface Factors {
  readonly r1: Tensor;
  readonly r2: Tensor;
  readonly onePlusR: Tensor;
}

/**
 * Sylvester flow: z' = z + Q·R₁·tanh(R₂·Qᵀz + b), QᵀQ = I, R₁ and R₂ upper triangular.
 *
 * By Sylvester's identity the determinant is Π(1 + (1 − tᵢ²)·rᵢ), rᵢ = (R₁)ᵢᵢ(R₂)ᵢᵢ, which is positive for rᵢ > −1. As
 * for the planar flow 1 + r = softplus(product), so log|det J| = Σ log(t² + (1 − t²)·softplus(product)) and every term
 * is ≥ 0. (R₂)ᵢᵢ = exp(2·tanh(diagonal2/2)): its sign is no loss, because tanh is odd, and its bounds e^±2 keep (R₁)ᵢᵢ
 * = r/(R₂)ᵢᵢ from exploding.
 * @see van den Berg et al. 2018, arXiv:1803.05649, eqs. 10-15
 */
export function sylvesterFlow<S extends ParamShapes>(
  { where, name, dim, layers, width, single }: SylvesterOptions,
  source: BasisSource<S>,
): Flow<SylvesterShapes & S> {
  const own: SylvesterShapes = {
    upper1: [layers, packedSize(width)],
    upper2: [layers, packedSize(width)],
    product: [layers, width],
    diagonal2: [layers, width],
    b: [layers, width],
  };
  const paramShapes = { ...own, ...source.paramShapes };
  return {
    name,
    dim,
    paramShapes,
    initialParams: (key) => ({ ...identityParams(layers, width), ...source.initialParams(key) }) as never,
    invariants: ({ product }) => ({ '1 + r₁r₂': tf.softplus(product) }),
    layers: (params) => cutIntoLayers(name.replace(/\*\d+$/, ''), layers, params, single),
    forward(params, z) {
      checkArguments(`${where}.forward`, 'z', z, { dim, paramShapes, params });
      return applySylvester({ ...factorsOf(params, width), b: params.b, bases: source.bases(params) }, z);
    },
  };
}

/** The factors of a Sylvester flow's layers, b [B|1, K, M]. */
interface SylvesterLayers extends Factors {
  readonly b: Tensor;
  readonly bases: readonly Basis[];
}

/** Applies one layer after the other. */
export function applySylvester({ r1, r2, onePlusR, b, bases }: SylvesterLayers, z: Tensor2D) {
  const layers = bases.length;
  const [r1s, r2s] = [r1, r2].map((r) => layersOf(r, layers).map((layer): Tensor3D => tf.squeeze(layer, [1])));
  const bs = layersOf(b, layers).map((layer): Tensor2D => tf.squeeze(layer, [1]));
  let y = z;
  const ts = bases.map(({ project, embed }, k) => {
    const t = tf.tanh(tf.add(applyMatrix(r2s![k]!, project(y), true), bs[k]!)) as Tensor2D;
    y = tf.add(y, embed(applyMatrix(r1s![k]!, t, true)));
    return tf.expandDims(t, 1);
  });
  return { y, logDet: logDetOf(ts.length === 1 ? ts[0]! : tf.concat(ts, 1), onePlusR) };
}

/** R₁ = 0 and R₂ = I: every layer is the identity. */
const identityParams = (layers: number, width: number): ParamValues<SylvesterShapes> => ({
  upper1: new Float32Array(layers * packedSize(width)),
  upper2: new Float32Array(layers * packedSize(width)),
  product: new Float32Array(layers * width).fill(SOFTPLUS_OF_ONE),
  diagonal2: new Float32Array(layers * width),
  b: new Float32Array(layers * width),
});

/** Both factors, transposed to lower triangular ones, with their diagonals. */
function factorsOf({ upper1, upper2, product, diagonal2 }: Params<SylvesterShapes>, width: number): Factors {
  const identity = tf.eye(width);
  const onDiagonal = (entries: Tensor) => tf.mul(identity, tf.expandDims(entries, 3));
  const onePlusR = tf.softplus(product);
  const logR2 = tanhBoundedLogScale(diagonal2);
  const r2 = tf.exp(logR2);
  const r1 = tf.mul(tf.sub(onePlusR, 1), tf.exp(tf.neg(logR2)));
  return {
    r1: tf.add(strictlyLower(upper1, width), onDiagonal(r1)),
    r2: tf.add(strictlyLower(upper2, width), onDiagonal(r2)),
    onePlusR,
  };
}

/** Σ over layers and columns, t [B, K, M]. */
function logDetOf(t: Tensor, onePlusR: Tensor): Tensor1D {
  const squared = tf.square(t);
  return tf.sum(tf.log(tf.add(squared, tf.mul(tf.sub(1, squared), onePlusR))), [1, 2]);
}
