// Linear flows in float64: element-wise affine, activation normalisation, full covariance, LU; writes
// linear-flows.json.
//
//   affine: z' = e^l·z + t     actnorm: z' = (z + t)·e^l     full: z' = diag(e^l)·(I + N)·z + t
//   lu: z' = (I + N)·diag(e^l)·(I + Mᵀ)·z, before its permutation, N and M strictly lower triangular (Kingma & Dhariwal
//   2018, arXiv:1807.03039, sections 3.1 and 3.2). The determinant is that of the whole matrix, by elimination.
import { commitWhenRun } from './committed-json.ts';
import {
  type FlowReference,
  type LayerResult,
  type Matrix,
  matrix,
  packedLower,
  product,
  type RowParams,
  solvedCase,
  times,
  transpose,
  type Vector,
} from './flow-cases.ts';

const diagonal = (logs: Vector): Matrix =>
  matrix(logs.length, logs.length, (i, j) => (i === j ? Math.exp(logs[i]!) : 0));
const unitLower = (packed: Vector, n: number): Matrix =>
  matrix(n, n, (i, j) => (i === j ? 1 : packedLower(packed, n, i, j)));

/** jacobian·z + shift */
const mapped = (jacobian: Matrix, z: Vector, shift?: Vector): LayerResult => ({
  y: times(jacobian, z).map((value, i) => value + (shift?.[i] ?? 0)),
  jacobian,
});

type Kind = 'affine' | 'actnorm' | 'full' | 'lu';

const layers: Readonly<Record<Kind, (z: Vector, params: RowParams) => LayerResult>> = {
  affine: (z, { logScale, shift }) => mapped(diagonal(logScale!), z, shift),
  actnorm: (z, { logScale, shift }) =>
    mapped(
      diagonal(logScale!),
      z.map((zi, i) => zi + shift![i]!),
    ),
  full: (z, { lower, logScale, shift }) => mapped(product(diagonal(logScale!), unitLower(lower!, z.length)), z, shift),
  lu: (z, { lower, upper, logScale }) => {
    const right = product(diagonal(logScale!), transpose(unitLower(upper!, z.length)));
    return mapped(product(unitLower(lower!, z.length), right), z);
  },
};

const shapesOf: Readonly<Record<Kind, (dim: number) => Record<string, readonly number[]>>> = {
  affine: (dim) => ({ logScale: [dim], shift: [dim] }),
  actnorm: (dim) => ({ logScale: [dim], shift: [dim] }),
  full: (dim) => ({ lower: [(dim * (dim - 1)) / 2], logScale: [dim], shift: [dim] }),
  lu: (dim) => ({ lower: [(dim * (dim - 1)) / 2], upper: [(dim * (dim - 1)) / 2], logScale: [dim] }),
};

/** Everything in linear-flows.json. */
export function linearFlowsReference(): FlowReference {
  const cases = (['affine', 'actnorm', 'full', 'lu'] as const).flatMap((kind) =>
    [2, 5, 40].flatMap((dim) =>
      [0.1, dim > 5 ? 0.3 : 1].map((scale) =>
        solvedCase({
          name: `${kind} D=${dim} scale ${scale}`,
          dim,
          scale,
          shapes: shapesOf[kind](dim),
          layer: layers[kind],
        }),
      ),
    ),
  );
  return { madeBy: 'test/reference/linear-flows.ts', cases };
}

commitWhenRun(import.meta.url, 'linear-flows', linearFlowsReference);
