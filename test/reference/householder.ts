// Householder flow in float64, from Tomczak & Welling 2016 (arXiv:1611.09630), eq. 9; writes householder.json.
//
//   z' = H·z, H = I − 2·v·vᵀ/‖v‖² written out as a matrix; log|det H| by elimination (0 up to rounding).
import { commitWhenRun } from './committed-json.ts';
import {
  dot,
  type FlowReference,
  type LayerResult,
  type Matrix,
  matrix,
  part,
  type RowParams,
  solvedCase,
  times,
  type Vector,
} from './flow-cases.ts';

/** The matrix of the reflection with normal v. */
export const reflection = (v: Vector): Matrix =>
  matrix(v.length, v.length, (i, j) => Number(i === j) - (2 * v[i]! * v[j]!) / dot(v, v));

function layer(z: Vector, { v }: RowParams, k: number): LayerResult {
  const jacobian = reflection(part(v!, k, z.length));
  return { y: times(jacobian, z), jacobian };
}

const solved = (dim: number, layers: number, scale: number) =>
  solvedCase({ name: `D=${dim} K=${layers} scale ${scale}`, dim, layers, scale, shapes: { v: [layers, dim] }, layer });

/** Everything in householder.json. */
export function householderReference(): FlowReference {
  const cases = [2, 5, 40].flatMap((dim) => [1, 4].flatMap((k) => [0.1, 3].map((s) => solved(dim, k, s))));
  return { madeBy: 'test/reference/householder.ts', cases };
}

commitWhenRun(import.meta.url, 'householder', householderReference);
