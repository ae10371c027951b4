// A chain of layers that each move z along one direction, forward and backward: z_k = z_{k−1} + û_k·h_k,
// h_k = h(w_kᵀz_{k−1} + b_k). h is tanh, or s for s > 0 and λ·s else: λ = 1 gives the identity. Row after row, so that
// a row's data stay in the nearest cache. flows/frames/rank-one/layers.ts has the same by operations.

import { dot } from './vectors';

/** z ← z + t·v. */
function move(z: usize, v: usize, dim: i32, t: f32): void {
  const ts = f32x4.splat(t);
  let i = 0;
  for (; i + 4 <= dim; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(z + at, f32x4.add(v128.load(z + at), f32x4.mul(ts, v128.load(v + at))));
  }
  for (; i < dim; i++) {
    const at = (<usize>i) << 2;
    store<f32>(z + at, load<f32>(z + at) + t * load<f32>(v + at));
  }
}

/**
 * Forward: y [B, D] and h = all h_k [B, K] from w, û [R, K, D], b [R, K], z [B, D] and λ, one float at `leak`.
 *
 * @param shared whether all rows have the same parameters (R = 1), otherwise R = B
 * @param isTanh whether h is tanh, which has no λ
 */
export function rankOneChain(
  w: usize,
  u: usize,
  b: usize,
  z: usize,
  leak: usize,
  y: usize,
  h: usize,
  rows: i32,
  layers: i32,
  dim: i32,
  shared: bool,
  isTanh: bool,
): void {
  const below = load<f32>(leak);
  const rowBytes = (<usize>dim) << 2;
  for (let row = 0; row < rows; row++) {
    const group: usize = shared ? 0 : <usize>(row * layers);
    const at = y + <usize>row * rowBytes;
    memory.copy(at, z + <usize>row * rowBytes, rowBytes);
    for (let k = 0; k < layers; k++) {
      const layer = group + <usize>k;
      const s = dot(w + layer * rowBytes, at, dim) + load<f32>(b + (layer << 2));
      const t = isTanh ? Mathf.tanh(s) : s > 0 ? s : below * s;
      store<f32>(h + ((<usize>(row * layers + k)) << 2), t);
      move(at, u + layer * rowBytes, dim, t);
    }
  }
}

/** dw = ds·z_{k−1}, du = t·g, then g ← g + ds·w, in one sweep. */
function settle(w: usize, z: usize, g: usize, dw: usize, du: usize, dim: i32, ds: f32, t: f32, adds: bool): void {
  const ds4 = f32x4.splat(ds);
  const t4 = f32x4.splat(t);
  let i = 0;
  for (; i + 4 <= dim; i += 4) {
    const at = (<usize>i) << 2;
    const gi = v128.load(g + at);
    let dwi = f32x4.mul(ds4, v128.load(z + at));
    let dui = f32x4.mul(t4, gi);
    if (adds) {
      dwi = f32x4.add(v128.load(dw + at), dwi);
      dui = f32x4.add(v128.load(du + at), dui);
    }
    v128.store(dw + at, dwi);
    v128.store(du + at, dui);
    v128.store(g + at, f32x4.add(gi, f32x4.mul(ds4, v128.load(w + at))));
  }
  for (; i < dim; i++) {
    const at = (<usize>i) << 2;
    const gi = load<f32>(g + at);
    const dwi = ds * load<f32>(z + at);
    const dui = t * gi;
    store<f32>(dw + at, adds ? load<f32>(dw + at) + dwi : dwi);
    store<f32>(du + at, adds ? load<f32>(du + at) + dui : dui);
    store<f32>(g + at, gi + ds * load<f32>(w + at));
  }
}

/**
 * Backward: from ∂/∂y [B, D] and ∂/∂h [B, K] to the gradients of w, û [R, K, D], b [R, K] and z [B, D]. z_{k−1} is
 * recomputed from z₀ and the h.
 *
 * @param before scratch of K·D floats
 */
export function rankOneChainGradient(
  w: usize,
  u: usize,
  z: usize,
  h: usize,
  leak: usize,
  dy: usize,
  dh: usize,
  dw: usize,
  du: usize,
  db: usize,
  dz: usize,
  before: usize,
  rows: i32,
  layers: i32,
  dim: i32,
  shared: bool,
  isTanh: bool,
): void {
  const below = load<f32>(leak);
  const rowBytes = (<usize>dim) << 2;
  if (shared) {
    memory.fill(dw, 0, <usize>layers * rowBytes);
    memory.fill(du, 0, <usize>layers * rowBytes);
    memory.fill(db, 0, (<usize>layers) << 2);
  }
  for (let row = 0; row < rows; row++) {
    const group: usize = shared ? 0 : <usize>(row * layers);
    const ts = h + ((<usize>(row * layers)) << 2);
    const dts = dh + ((<usize>(row * layers)) << 2);
    memory.copy(before, z + <usize>row * rowBytes, rowBytes);
    for (let k = 0; k + 1 < layers; k++) {
      const next = before + <usize>(k + 1) * rowBytes;
      memory.copy(next, next - rowBytes, rowBytes);
      move(next, u + (group + <usize>k) * rowBytes, dim, load<f32>(ts + ((<usize>k) << 2)));
    }
    const g = dz + <usize>row * rowBytes;
    memory.copy(g, dy + <usize>row * rowBytes, rowBytes);
    for (let k = layers - 1; k >= 0; k--) {
      const layer = group + <usize>k;
      const at = layer * rowBytes;
      const t = load<f32>(ts + ((<usize>k) << 2));
      const slope: f32 = isTanh ? 1 - t * t : t > 0 ? 1 : below;
      const ds = slope * (load<f32>(dts + ((<usize>k) << 2)) + dot(u + at, g, dim));
      const dbk = db + (layer << 2);
      store<f32>(dbk, shared ? load<f32>(dbk) + ds : ds);
      settle(w + at, before + <usize>k * rowBytes, g, dw + at, du + at, dim, ds, t, shared);
    }
  }
}
