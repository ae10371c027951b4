// Points of a latent space in a plane.
import { drawNormal, fold, key } from '@flowvae/random';

/** Steps of the power iteration: the picture needs no more digits. */
const ROUNDS = 30;

/**
 * Coordinates of points [n, D] along their first two principal components, centred; for D = 2 the points themselves.
 *
 * Power iteration on the covariance with deflation: v ← XᵀXv/‖XᵀXv‖, from a fixed start. The sign is that of the
 * largest entry of v, positive, so that a picture does not flip from one step to the next.
 */
export function inPlane(points: Float32Array, dim: number): Float32Array {
  const count = points.length / dim;
  if (dim === 2) return points.slice();
  const centred = centredPoints(points, dim);
  const flat = new Float32Array(2 * count);
  if (dim === 1) {
    for (let i = 0; i < count; i++) flat[2 * i] = points[i]!;
    return flat;
  }
  for (const component of [0, 1]) {
    const axis = leadingAxis(centred, dim, component);
    for (let i = 0; i < count; i++) {
      const at = dotAt(centred, axis, i * dim);
      flat[2 * i + component] = at;
      for (let d = 0; d < dim; d++) centred[i * dim + d]! -= at * axis[d]!;
    }
  }
  return flat;
}

function centredPoints(points: Float32Array, dim: number): Float64Array {
  const centred = Float64Array.from(points);
  const count = points.length / dim;
  for (let d = 0; d < dim; d++) {
    let mean = 0;
    for (let i = d; i < points.length; i += dim) mean += points[i]! / count;
    for (let i = d; i < points.length; i += dim) centred[i]! -= mean;
  }
  return centred;
}

const dotAt = (values: Float64Array, axis: Float64Array, from: number): number =>
  axis.reduce((sum, x, d) => sum + x * values[from + d]!, 0);

function leadingAxis(centred: Float64Array, dim: number, component: number): Float64Array {
  let axis = Float64Array.from(drawNormal(fold(key(0), 'axis', component), dim));
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(dim);
    for (let from = 0; from < centred.length; from += dim) {
      const at = dotAt(centred, axis, from);
      for (let d = 0; d < dim; d++) next[d]! += at * centred[from + d]!;
    }
    const length = Math.hypot(...next);
    if (length === 0) return axis.fill(0);
    axis = next.map((x) => x / length);
  }
  const largest = axis.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  return largest < 0 ? axis.map((x) => -x) : axis;
}
