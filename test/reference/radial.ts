// Radial flow in float64, from Rezende & Mohamed 2015 (arXiv:1505.05770), eq. 14 and appendix A.2; writes radial.json.
//
//   r = ‖z − z₀‖, h = 1/(α + r), h' = −1/(α + r)², z' = z + β̂·h·(z − z₀), β̂ = −α + softplus(beta), α =
//   softplus(alpha) Jacobian (1 + β̂h)·I + (β̂h'/r)·(z − z₀)(z − z₀)ᵀ, whose determinant is taken by elimination, not
//   by the paper's formula.
import { commitWhenRun } from './committed-json.ts';
import {
  type FlowReference,
  type LayerResult,
  matrix,
  part,
  type RowParams,
  softplus,
  solvedCase,
  type Vector,
} from './flow-cases.ts';

function layer(z: Vector, { z0, alpha, beta }: RowParams, k: number): LayerResult {
  const dim = z.length;
  const centre = part(z0!, k, dim);
  const offset = z.map((zi, i) => zi - centre[i]!);
  const r = Math.hypot(...offset);
  const a = softplus(alpha![k]!);
  const betaHat = -a + softplus(beta![k]!);
  const h = 1 / (a + r);
  const outer = (-betaHat * h * h) / r;
  return {
    y: z.map((zi, i) => zi + betaHat * h * offset[i]!),
    jacobian: matrix(dim, dim, (i, j) => (i === j ? 1 + betaHat * h : 0) + outer * offset[i]! * offset[j]!),
  };
}

const solved = (dim: number, layers: number, scale: number) =>
  solvedCase({
    name: `D=${dim} K=${layers} scale ${scale}`,
    dim,
    layers,
    scale,
    shapes: { z0: [layers, dim], alpha: [layers], beta: [layers] },
    layer,
  });

/** Everything in radial.json. */
export function radialReference(): FlowReference {
  const cases = [1, 2, 5, 40].flatMap((dim) => [1, 2, 10].flatMap((k) => [0.1, 1, 3].map((s) => solved(dim, k, s))));
  return { madeBy: 'test/reference/radial.ts', cases };
}

commitWhenRun(import.meta.url, 'radial', radialReference);
