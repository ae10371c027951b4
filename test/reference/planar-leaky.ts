// Planar flow with a leaky ReLU in float64, from Rezende & Mohamed 2015 (arXiv:1505.05770), eqs. 10-12 and appendix
// A.1; writes planar-leaky.json.
//
//   û = u + (softplus(a) − 1 − a)·w/‖w‖², a = wᵀu, z' = z + û·h(s), s = wᵀz + b, h(s) = s above 0 and 0.01·s below
//   Jacobian I + h'(s)·û·wᵀ, whose determinant is taken by elimination.
import { commitWhenRun } from './committed-json.ts';
import {
  dot,
  type FlowReference,
  type LayerResult,
  matrix,
  part,
  type RowParams,
  softplus,
  solvedCase,
  type Vector,
} from './flow-cases.ts';

const SLOPE = 0.01;

function layer(z: Vector, params: RowParams, k: number): LayerResult {
  const dim = z.length;
  const [w, u] = [part(params.w!, k, dim), part(params.u!, k, dim)];
  const a = dot(w, u);
  const uHat = u.map((ui, i) => ui + ((softplus(a) - 1 - a) * w[i]!) / dot(w, w));
  const s = dot(w, z) + params.b![k]!;
  const slope = s > 0 ? 1 : SLOPE;
  return {
    y: z.map((zi, i) => zi + uHat[i]! * slope * s),
    jacobian: matrix(dim, dim, (i, j) => Number(i === j) + slope * uHat[i]! * w[j]!),
  };
}

const solved = (dim: number, layers: number, scale: number) =>
  solvedCase({
    name: `D=${dim} K=${layers} scale ${scale}`,
    dim,
    layers,
    scale,
    shapes: { w: [layers, dim], u: [layers, dim], b: [layers] },
    layer,
  });

/** Everything in planar-leaky.json. */
export function planarLeakyReference(): FlowReference {
  const few = [2, 5, 40].flatMap((dim) => [1, 2].flatMap((k) => [0.1, 0.5].map((s) => solved(dim, k, s))));
  return {
    madeBy: 'test/reference/planar-leaky.ts',
    cases: [...few, solved(2, 1, 1), solved(5, 10, 0.5), solved(5, 1, 2)],
  };
}

commitWhenRun(import.meta.url, 'planar-leaky', planarLeakyReference);
