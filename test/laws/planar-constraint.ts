// The constraint wᵀû > −1, computed from outside a planar layer: no Jacobian check can see it, because both sides use
// the same û.
import type { InvertibleFlow } from '@flowvae/flows';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { constrainedDot, planarLogDet } from '../reference/planar.ts';
import { differences } from './comparison.ts';
import { eager, type Inputs, shaped } from './evaluation.ts';
import { forwardOf } from './flow-inputs.ts';

/** Preactivations that reveal a layer's parts: one at which h is 1, and one at which h' is 1. */
interface Probes {
  readonly one: number;
  readonly steep: number;
}

/** Above 20 tanh is 1 in float32. */
const tanhProbes: Probes = { one: 20, steep: 0 };

/** Below this the 1e-37 that keeps the logarithm of 1 + wᵀû = e^(wᵀu) finite is noticed. */
const SMALLEST_DOT = -68;

/**
 * wᵀû = softplus(wᵀu) − 1 > −1 on wide draws: w of scale 0.1 to 3, u of scale 3.
 *
 * At z = 0 with h(b) = 1, for tanh where it saturates, y is û itself; at z = 0 and h'(b) = 1, exp(logDet) is 1 + wᵀû,
 * which must not be 0.
 * @param flow one planar layer
 */
export function keepsConstraint(flow: InvertibleFlow, { one, steep } = tanhProbes, draws = 4000): string[] {
  const { dim } = flow;
  const scales = drawUniform(key(20), draws).map((value) => 0.1 * 30 ** value);
  const w = drawNormal(fold(key(21), dim), draws * dim).map((value, i) => value * scales[Math.floor(i / dim)]!);
  const u = drawNormal(fold(key(22), dim), draws * dim).map((value) => 3 * value);
  const at = (b: number): Inputs => ({
    z: shaped(new Float32Array(draws * dim), [draws, dim]),
    w: shaped(w, [draws, 1, dim]),
    u: shaped(u, [draws, 1, dim]),
    b: shaped(new Float32Array(draws).fill(b), [draws, 1]),
  });
  const uHat = eager(forwardOf(flow), at(one)).y!;
  const { logDet } = eager(forwardOf(flow), at(steep));
  const rowDot = (a: Float32Array, b: Float32Array, row: number, f = (x: number) => x) =>
    a.subarray(row * dim, (row + 1) * dim).reduce((sum, value, i) => sum + f(value * b[row * dim + i]!), 0);
  const rows = Array.from({ length: draws }, (_, row) => row);
  // wᵀu carries the rounding of its products, as do all later values
  const magnitudes = rows.map((row) => Math.max(1, rowDot(w, u, row, Math.abs)));
  const dots = rows.map((row) => rowDot(w, u, row));
  const near = rows.filter((row) => dots[row]! > SMALLEST_DOT);
  const dotUHat = rows.map((row) => rowDot(w, uHat, row));
  const slopes = near.map((row) => logDet![row]!);
  const expectedSlopes = near.map((row) => planarLogDet(dots[row]!, 0));
  return [
    ...differences('wᵀû', dotUHat, dots.map(constrainedDot), (row) => 1e-6 * magnitudes[row]!),
    ...differences('log(1 + wᵀû)', slopes, expectedSlopes, (i) => 1e-6 * magnitudes[near[i]!]!),
  ];
}
