// Sylvester flows in the parametrisation of their authors' code, so that heads trained there can be imported.
import { drawNormal, fold } from '@flowvae/random';
import { elementCount, type Tensor, tf } from '@flowvae/tensor';
import { alternatingBases, mirrorBases, orthogonalBases } from '../families/sylvester.ts';
import type { Flow, ParamShapes, Params } from '../flow.ts';
import { applySylvester, type Basis } from '../frames/sylvester-flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';

/** Sizes of the flow. */
export interface TanhSylvesterOptions {
  readonly dim: number;
  /** M, the number of columns of Q. */
  readonly width: number;
  readonly layers: number;
  /** The source of Q. */
  readonly source: { readonly shapes: ParamShapes; readonly bases: (params: Params<ParamShapes>) => readonly Basis[] };
}

/** The source of Q, by the kind of flow: q [K, D, M], q [K, H, D], or nothing. */
export const basisSources = {
  orthogonal: (layers: number, dim: number, width: number): TanhSylvesterOptions['source'] => ({
    shapes: { q: [layers, dim, width] },
    bases: ({ q }) => orthogonalBases(q!),
  }),
  // In the original code, a product with Q from the right applies the last mirror first; here Qᵀz applies the first
  // mirror first.
  householder: (layers: number, dim: number, mirrors: number): TanhSylvesterOptions['source'] => ({
    shapes: { q: [layers, mirrors, dim] },
    bases: ({ q }) => mirrorBases(tf.reverse(q!, 2)),
  }),
  triangular: (layers: number): TanhSylvesterOptions['source'] => ({
    shapes: {},
    bases: () => alternatingBases(layers),
  }),
};

/**
 * Sylvester flow z' = z + Q·R₁·tanh(R₂·Qᵀz + b) of raw parameters d [M, M, K], diag1, diag2, b [M, K] and the source of
 * Q: (R₁)ᵢⱼ = dᵢⱼ and (R₂)ᵢⱼ = dⱼᵢ above the diagonal, (R₁)ᵢᵢ = tanh(diag1ᵢ), (R₂)ᵢᵢ = tanh(diag2ᵢ).
 *
 * The flows of `sylvester.ts` cannot represent it: their (R₂)ᵢᵢ is never within e⁻² of 0.
 * @see van den Berg et al. 2018, arXiv:1803.05649; layout of the authors' code, riannevdberg/sylvester-flows at 32dde9b
 */
export function tanhSylvester({ dim, width, layers, source }: TanhSylvesterOptions): Flow {
  const perColumn = [width, layers] as const;
  const own = { d: [width, width, layers], diag1: perColumn, diag2: perColumn, b: perColumn };
  const paramShapes: ParamShapes = { ...own, ...source.shapes };
  return {
    name: 'sylvester-tanh',
    dim,
    paramShapes,
    initialParams(key) {
      const zeros = Object.entries(own).map(([name, shape]) => [name, new Float32Array(elementCount(shape))] as const);
      const drawn = Object.entries(source.shapes).map(
        ([name, shape]) => [name, drawNormal(fold(key, name), elementCount(shape))] as const,
      );
      return Object.fromEntries([...zeros, ...drawn]);
    },
    invariants: (params) => ({ '1 + r₁r₂': factorsOf(params, width).onePlusR }),
    forward(params, z) {
      checkArguments('tanhSylvester.forward', 'z', z, { dim, paramShapes, params });
      return applySylvester(
        { ...factorsOf(params, width), b: tf.transpose(params.b!, [0, 2, 1]), bases: source.bases(params) },
        z,
      );
    },
  };
}

/** Both factors, transposed to lower triangular ones, [B|1, K, M, M], and 1 + r₁r₂ [B|1, K, M]. */
function factorsOf({ d, diag1, diag2 }: Params<ParamShapes>, width: number) {
  const [first, second] = [diag1!, diag2!].map((raw) => tf.tanh(tf.transpose(raw, [0, 2, 1])));
  const matrices = tf.transpose(d!, [0, 3, 1, 2]);
  const below = strictlyBelow(width);
  const onDiagonal = (entries: Tensor) => tf.mul(tf.eye(width), tf.expandDims(entries, 3));
  return {
    r1: tf.add(tf.mul(tf.transpose(matrices, [0, 1, 3, 2]), below), onDiagonal(first!)),
    r2: tf.add(tf.mul(matrices, below), onDiagonal(second!)),
    onePlusR: tf.add(1, tf.mul(first!, second!)),
  };
}

/** 1 below the diagonal, else 0, [n, n]. */
const strictlyBelow = (n: number): Tensor =>
  tf.tensor2d(
    Float32Array.from({ length: n * n }, (_, i) => (i % n < Math.floor(i / n) ? 1 : 0)),
    [n, n],
  );
