// A chain of planar layers with tanh, forward and backward. It works row after row, so that a row's data stay in the
// nearest cache. z_k = z_{k−1} + û_k·t_k, t_k = tanh(w_kᵀz_{k−1} + b_k), û = u + c·w, c = (softplus(a) − 1 − a)/(‖w‖² +
// ε), a = wᵀu; log|det| = Σ log(t² + (1 − t²)·(softplus(a) + ε')). Rezende & Mohamed 2015, eqs. 10-12 and appendix A.1;
// src/families/planar.ts explains this form.

import { dot, dotUHat } from './vectors';

/** ε and ε': see src/frames/planar-flow.ts and src/families/planar.ts. */
const TINY_SQUARE: f32 = 1e-18;
const TINY_SLOPE: f32 = 1e-37;

/** Numbers of a layer that do not depend on z: c, softplus(a), sigmoid(a), sigmoid(−a), 1/(‖w‖² + ε). */
const FACTS = 5;
const FACT_BYTES: usize = FACTS << 2;

function learnFacts(w: usize, u: usize, dim: i32, facts: usize): void {
  const a = dot(w, u, dim);
  const inverse: f32 = 1 / (dot(w, w, dim) + TINY_SQUARE);
  const e = Mathf.exp(-Mathf.abs(a));
  const rest = Mathf.log1p(e); // softplus(a) = max(a, 0) + log(1 + e^{−|a|}), and softplus(a) − a = softplus(−a)
  const large: f32 = 1 / (1 + e);
  const small: f32 = e / (1 + e);
  store<f32>(facts, (max<f32>(-a, 0) + rest - 1) * inverse);
  store<f32>(facts, max<f32>(a, 0) + rest, 4);
  store<f32>(facts, a < 0 ? small : large, 8);
  store<f32>(facts, a < 0 ? large : small, 12);
  store<f32>(facts, inverse, 16);
}

/** z ← z + t·(u + c·w). */
function step(z: usize, u: usize, w: usize, dim: i32, c: f32, t: f32): void {
  const cs = f32x4.splat(c);
  const ts = f32x4.splat(t);
  let i = 0;
  for (; i + 4 <= dim; i += 4) {
    const at = (<usize>i) << 2;
    const uHat = f32x4.add(v128.load(u + at), f32x4.mul(cs, v128.load(w + at)));
    v128.store(z + at, f32x4.add(v128.load(z + at), f32x4.mul(ts, uHat)));
  }
  for (; i < dim; i++) {
    const at = (<usize>i) << 2;
    store<f32>(z + at, load<f32>(z + at) + t * (load<f32>(u + at) + c * load<f32>(w + at)));
  }
}

/**
 * Forward: y [B, D] and logDet [B]; h = all t [B, K] and facts [R, K, 5] for the way back.
 *
 * @param shared whether all rows have the same parameters (R = 1), otherwise R = B
 */
export function planarChain(
  w: usize,
  u: usize,
  b: usize,
  z: usize,
  y: usize,
  logDet: usize,
  h: usize,
  facts: usize,
  rows: i32,
  layers: i32,
  dim: i32,
  shared: bool,
): void {
  const rowBytes = (<usize>dim) << 2;
  for (let row = 0; row < rows; row++) {
    const group: usize = shared ? 0 : <usize>(row * layers);
    const at = y + <usize>row * rowBytes;
    memory.copy(at, z + <usize>row * rowBytes, rowBytes);
    let total: f32 = 0;
    for (let k = 0; k < layers; k++) {
      const layer = group + <usize>k;
      const wk = w + layer * rowBytes;
      const uk = u + layer * rowBytes;
      const fact = facts + layer * FACT_BYTES;
      if (!shared || row === 0) learnFacts(wk, uk, dim, fact);
      const t = Mathf.tanh(dot(wk, at, dim) + load<f32>(b + (layer << 2)));
      store<f32>(h + ((<usize>(row * layers + k)) << 2), t);
      step(at, uk, wk, dim, load<f32>(fact), t);
      total += Mathf.log(slopeOf(t, load<f32>(fact, 4)));
    }
    store<f32>(logDet + ((<usize>row) << 2), total);
  }
}

/** t² + (1 − t²)·(softplus(a) + ε'): no term is negative. */
function slopeOf(t: f32, softplus: f32): f32 {
  const square = t * t;
  return square + (1 - square) * (softplus + TINY_SLOPE);
}

/**
 * Backward: from ∂/∂y [B, D] and ∂/∂logDet [B] to the gradients of w, u [R, K, D], b [R, K] and z [B, D]. z_{k−1} is
 * recomputed from z₀ and the t.
 *
 * @param before scratch of K·D floats
 */
export function planarChainGradient(
  w: usize,
  u: usize,
  z: usize,
  h: usize,
  facts: usize,
  dy: usize,
  dLogDet: usize,
  dw: usize,
  du: usize,
  db: usize,
  dz: usize,
  before: usize,
  rows: i32,
  layers: i32,
  dim: i32,
  shared: bool,
): void {
  const rowBytes = (<usize>dim) << 2;
  if (shared) {
    memory.fill(dw, 0, <usize>layers * rowBytes);
    memory.fill(du, 0, <usize>layers * rowBytes);
    memory.fill(db, 0, (<usize>layers) << 2);
  }
  for (let row = 0; row < rows; row++) {
    const group: usize = shared ? 0 : <usize>(row * layers);
    const places = group * rowBytes;
    const ts = h + ((<usize>(row * layers)) << 2);
    retrace(w + places, u + places, z + <usize>row * rowBytes, ts, facts + group * FACT_BYTES, before, layers, dim);
    const g = dz + <usize>row * rowBytes;
    memory.copy(g, dy + <usize>row * rowBytes, rowBytes);
    const gLogDet = load<f32>(dLogDet + ((<usize>row) << 2));
    for (let k = layers - 1; k >= 0; k--) {
      const layer = group + <usize>k;
      const at = layer * rowBytes;
      const t = load<f32>(ts + ((<usize>k) << 2));
      const fact = facts + layer * FACT_BYTES;
      const c = load<f32>(fact);
      const softplus = load<f32>(fact, 4);
      const flat: f32 = 1 - t * t;
      const perSlope = gLogDet / slopeOf(t, softplus);
      const gw = dot(w + at, g, dim);
      const gUHat = dotUHat(u + at, w + at, g, dim, c);
      const ds = flat * (gUHat + perSlope * 2 * t * (1 - softplus));
      const gc = t * gw; // ∂/∂c
      const inverse = load<f32>(fact, 16);
      const ga = perSlope * flat * load<f32>(fact, 8) - gc * load<f32>(fact, 12) * inverse;
      const gSquare = -gc * c * inverse; // ∂/∂‖w‖²
      const dbk = db + (layer << 2);
      store<f32>(dbk, shared ? load<f32>(dbk) + ds : ds);
      settle(
        w + at,
        u + at,
        before + <usize>k * rowBytes,
        g,
        dw + at,
        du + at,
        dim,
        ds,
        t,
        c * t,
        ga,
        2 * gSquare,
        shared,
      );
    }
  }
}

/** z_{k−1} of every layer k. */
function retrace(w: usize, u: usize, z: usize, ts: usize, facts: usize, before: usize, layers: i32, dim: i32): void {
  const rowBytes = (<usize>dim) << 2;
  memory.copy(before, z, rowBytes);
  for (let k = 0; k + 1 < layers; k++) {
    const at = <usize>k * rowBytes;
    const next = before + at + rowBytes;
    memory.copy(next, before + at, rowBytes);
    step(next, u + at, w + at, dim, load<f32>(facts + <usize>k * FACT_BYTES), load<f32>(ts + ((<usize>k) << 2)));
  }
}

/** dw = ds·z_{k−1} + c·t·g + ga·u + gn·w, du = t·g + ga·w, then g ← g + ds·w, in one sweep. */
function settle(
  w: usize,
  u: usize,
  z: usize,
  g: usize,
  dw: usize,
  du: usize,
  dim: i32,
  ds: f32,
  t: f32,
  ct: f32,
  ga: f32,
  gn: f32,
  adds: bool,
): void {
  const ds4 = f32x4.splat(ds);
  const t4 = f32x4.splat(t);
  const ct4 = f32x4.splat(ct);
  const ga4 = f32x4.splat(ga);
  const gn4 = f32x4.splat(gn);
  let i = 0;
  for (; i + 4 <= dim; i += 4) {
    const at = (<usize>i) << 2;
    const wi = v128.load(w + at);
    const gi = v128.load(g + at);
    const ofSlope = f32x4.add(f32x4.mul(ga4, v128.load(u + at)), f32x4.mul(gn4, wi));
    let dwi = f32x4.add(f32x4.add(f32x4.mul(ds4, v128.load(z + at)), f32x4.mul(ct4, gi)), ofSlope);
    let dui = f32x4.add(f32x4.mul(t4, gi), f32x4.mul(ga4, wi));
    if (adds) {
      dwi = f32x4.add(v128.load(dw + at), dwi);
      dui = f32x4.add(v128.load(du + at), dui);
    }
    v128.store(dw + at, dwi);
    v128.store(du + at, dui);
    v128.store(g + at, f32x4.add(gi, f32x4.mul(ds4, wi)));
  }
  for (; i < dim; i++) {
    const at = (<usize>i) << 2;
    const wi = load<f32>(w + at);
    const gi = load<f32>(g + at);
    const dwi = ds * load<f32>(z + at) + ct * gi + (ga * load<f32>(u + at) + gn * wi);
    const dui = t * gi + ga * wi;
    store<f32>(dw + at, adds ? load<f32>(dw + at) + dwi : dwi);
    store<f32>(du + at, adds ? load<f32>(du + at) + dui : dui);
    store<f32>(g + at, gi + ds * wi);
  }
}
