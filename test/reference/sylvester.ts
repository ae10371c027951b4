// Sylvester flows in float64, from van den Berg et al. 2018 (arXiv:1803.05649), section 3 and 4; writes sylvester.json.
//
//   z' = z + Q·R₁·tanh(R₂·Qᵀz + b), r₂ = exp(2·tanh(diagonal2/2)) and r₁ = (softplus(product) − 1)/r₂ on the diagonals
//   Jacobian I + Q·R₁·diag(1 − tanh²)·R₂·Qᵀ, whose determinant is taken by elimination, not by Sylvester's identity.
// Q is the orthogonal polar factor A·(AᵀA)^(−½) by an eigendecomposition (Jacobi rotations), a product of reflections,
// or a permutation.
import { commitWhenRun } from './committed-json.ts';
import {
  type FlowReference,
  type LayerResult,
  type Matrix,
  matrix,
  packedLower,
  part,
  product,
  type RowParams,
  softplus,
  solvedCase,
  times,
  transpose,
  type Vector,
} from './flow-cases.ts';
import { reflection } from './householder.ts';

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix by cyclic Jacobi rotations. */
function eigen(symmetric: Matrix): { values: Vector; vectors: Matrix } {
  const n = symmetric.length;
  let a = symmetric;
  let vectors = matrix(n, n, (i, j) => Number(i === j));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        const turn = matrix(n, n, (i, j) => {
          if (i === j) return i === p || i === q ? c : 1;
          if (i === p && j === q) return s;
          return i === q && j === p ? -s : 0;
        });
        a = product(product(transpose(turn), a), turn);
        vectors = product(vectors, turn);
      }
    }
  }
  return { values: a.map((row, i) => row[i]!), vectors };
}

/** A·(AᵀA)^(−½). */
function polarFactor(a: Matrix): Matrix {
  const { values, vectors } = eigen(product(transpose(a), a));
  const scaled = vectors.map((row) => row.map((entry, j) => entry / Math.sqrt(values[j]!)));
  return product(a, product(scaled, transpose(vectors)));
}

type BasisOf = (params: RowParams, k: number) => Matrix;

const layerWith =
  (basis: BasisOf, width: number) =>
  (z: Vector, params: RowParams, k: number): LayerResult => {
    const q = basis(params, k);
    const packed = (width * (width - 1)) / 2;
    const [upper1, upper2] = [part(params.upper1!, k, packed), part(params.upper2!, k, packed)];
    const [products, diagonals, b] = [params.product!, params.diagonal2!, params.b!].map((x) => part(x, k, width));
    const r2 = diagonals!.map((entry) => Math.exp(2 * Math.tanh(entry / 2)));
    const r1 = products!.map((entry, i) => (softplus(entry) - 1) / r2[i]!);
    const triangle = (upper: Vector, diagonal: Vector) =>
      matrix(width, width, (i, j) => (i === j ? diagonal[i]! : packedLower(upper, width, j, i)));
    const [outer, inner] = [product(q, triangle(upper1, r1)), product(triangle(upper2, r2), transpose(q))];
    const t = times(inner, z).map((s, i) => Math.tanh(s + b![i]!));
    const bent = outer.map((row) => row.map((entry, j) => entry * (1 - t[j]! ** 2)));
    const change = product(bent, inner);
    return {
      y: times(outer, t).map((move, i) => z[i]! + move),
      jacobian: change.map((row, i) => row.map((entry, j) => Number(i === j) + entry)),
    };
  };

const shapesOf = (layers: number, width: number) => ({
  upper1: [layers, (width * (width - 1)) / 2],
  upper2: [layers, (width * (width - 1)) / 2],
  product: [layers, width],
  diagonal2: [layers, width],
  b: [layers, width],
});

function orthogonal(dim: number, width: number, layers: number, scale: number) {
  const basis: BasisOf = ({ q }, k) => {
    const entries = part(q!, k, dim * width);
    return polarFactor(matrix(dim, width, (i, j) => entries[i * width + j]!));
  };
  const shapes = { ...shapesOf(layers, width), q: [layers, dim, width] };
  const name = `o(${width}) D=${dim} K=${layers} scale ${scale}`;
  return solvedCase({ name, dim, layers, size: width, scale, shapes, layer: layerWith(basis, width) });
}

function householder(dim: number, mirrors: number, layers: number, scale: number) {
  const basis: BasisOf = ({ v }, k) => {
    const normals = Array.from({ length: mirrors }, (_, h) => part(v!, k * mirrors + h, dim));
    return normals.map(reflection).reduce(product);
  };
  const shapes = { ...shapesOf(layers, dim), v: [layers, mirrors, dim] };
  const name = `h(${mirrors}) D=${dim} K=${layers} scale ${scale}`;
  return solvedCase({ name, dim, layers, size: mirrors, scale, shapes, layer: layerWith(basis, dim) });
}

function triangular(dim: number, layers: number, scale: number) {
  const basis: BasisOf = (_, k) => matrix(dim, dim, (i, j) => Number(k % 2 === 0 ? i === j : i + j === dim - 1));
  const name = `t D=${dim} K=${layers} scale ${scale}`;
  return solvedCase({ name, dim, layers, scale, shapes: shapesOf(layers, dim), layer: layerWith(basis, dim) });
}

/** Everything in sylvester.json. */
export function sylvesterReference(): FlowReference {
  const scales = [0.1, 1];
  const cases = scales.flatMap((scale) => [
    orthogonal(2, 2, 1, scale),
    orthogonal(5, 3, 2, scale),
    orthogonal(40, 8, 1, scale),
    householder(2, 1, 1, scale),
    householder(5, 3, 2, scale),
    householder(40, 4, 1, scale / 4),
    triangular(2, 1, scale),
    triangular(5, 3, scale),
    triangular(40, 1, scale / 4),
  ]);
  return { madeBy: 'test/reference/sylvester.ts', cases };
}

commitWhenRun(import.meta.url, 'sylvester', sylvesterReference);
