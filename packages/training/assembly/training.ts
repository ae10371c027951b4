// Optimiser passes over flat float32 buffers: one sweep each, four lanes at a time.
// Every region starts at a multiple of 16 bytes and its length n is a multiple of 4; the padding holds zeros, which all
// updates keep.

// Moving averages of gradients that stay 0 decay through float32's denormal numbers, on which a processor is a hundred
// times slower. An average below `tiny`, too small to move any parameter, becomes 0 instead; torch keeps it. `tiny` is
// an argument because V8 would rebuild a constant vector at each use.

function without(tiny: v128, x: v128): v128 {
  return v128.and(x, f32x4.ge(f32x4.abs(x), tiny));
}

/**
 * Adam. `rate` = lr/(1 − β₁ᵗ) and `root` = 1/√(1 − β₂ᵗ) carry the bias correction:
 * m ← m + (1 − β₁)(g − m); v ← β₂v + (1 − β₂)g²; p ← p − rate·m/(√v·root + ε).
 */
export function adam(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  n: i32,
  rate: f32,
  root: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  epsilon: f32,
  tiny: f32,
): void {
  const floor = f32x4.splat(tiny);
  const rates = f32x4.splat(rate);
  const roots = f32x4.splat(root);
  const c1 = f32x4.splat(oneMinusBeta1);
  const b2 = f32x4.splat(beta2);
  const c2 = f32x4.splat(oneMinusBeta2);
  const eps = f32x4.splat(epsilon);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const grad = v128.load(g + i);
    const before = v128.load(m + i);
    const first = without(floor, f32x4.add(before, f32x4.mul(c1, f32x4.sub(grad, before))));
    const second = without(floor, f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, f32x4.mul(grad, grad))));
    v128.store(m + i, first);
    v128.store(v + i, second);
    const scale = f32x4.add(f32x4.mul(f32x4.sqrt(second), roots), eps);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.div(f32x4.mul(rates, first), scale)));
  }
}

/**
 * Adamax. `rate` = lr/(1 − β₁ᵗ) carries the bias correction: m ← m + (1 − β₁)(g − m); u ← max(β₂u, |g| + ε);
 * p ← p − rate·m/u. While u and g are 0, u stays 0 in place of ε: so does its padding, and m is 0 there.
 */
export function adamax(
  p: usize,
  g: usize,
  m: usize,
  u: usize,
  n: i32,
  rate: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  epsilon: f32,
  tiny: f32,
): void {
  const floor = f32x4.splat(tiny);
  const rates = f32x4.splat(rate);
  const c1 = f32x4.splat(oneMinusBeta1);
  const b2 = f32x4.splat(beta2);
  const eps = f32x4.splat(epsilon);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const grad = v128.load(g + i);
    const before = v128.load(m + i);
    const first = without(floor, f32x4.add(before, f32x4.mul(c1, f32x4.sub(grad, before))));
    const decayed = f32x4.mul(b2, v128.load(u + i));
    const size = f32x4.abs(grad);
    const largest = f32x4.max(decayed, f32x4.add(size, eps));
    v128.store(m + i, first);
    v128.store(u + i, v128.and(largest, f32x4.ne(v128.or(decayed, size), f32x4.splat(0))));
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.div(f32x4.mul(rates, first), largest)));
  }
}

/** RMSprop with momentum: v ← αv + (1 − α)g²; buf ← μ·buf + g/(√v + ε); p ← p − lr·buf. */
export function rmsprop(
  p: usize,
  g: usize,
  v: usize,
  buf: usize,
  n: i32,
  rate: f32,
  alpha: f32,
  oneMinusAlpha: f32,
  momentum: f32,
  epsilon: f32,
  tiny: f32,
): void {
  const floor = f32x4.splat(tiny);
  const rates = f32x4.splat(rate);
  const a = f32x4.splat(alpha);
  const c = f32x4.splat(oneMinusAlpha);
  const mu = f32x4.splat(momentum);
  const eps = f32x4.splat(epsilon);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const grad = v128.load(g + i);
    const second = without(floor, f32x4.add(f32x4.mul(a, v128.load(v + i)), f32x4.mul(c, f32x4.mul(grad, grad))));
    const scaled = f32x4.div(grad, f32x4.add(f32x4.sqrt(second), eps));
    const buffer = without(floor, f32x4.add(f32x4.mul(mu, v128.load(buf + i)), scaled));
    v128.store(v + i, second);
    v128.store(buf + i, buffer);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.mul(rates, buffer)));
  }
}

/** Gradient descent with momentum: buf ← μ·buf + g; p ← p − lr·buf. */
export function sgd(p: usize, g: usize, buf: usize, n: i32, rate: f32, momentum: f32, tiny: f32): void {
  const floor = f32x4.splat(tiny);
  const rates = f32x4.splat(rate);
  const mu = f32x4.splat(momentum);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const buffer = without(floor, f32x4.add(f32x4.mul(mu, v128.load(buf + i)), v128.load(g + i)));
    v128.store(buf + i, buffer);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.mul(rates, buffer)));
  }
}

/** Bytes that are summed in float32 before the sum moves to float64: 1024 squares per lane. */
const BLOCK: usize = 65536;

/**
 * Σ g²: blocks in float32, sixteen sums side by side, their totals in float64. Not finite if a value is not, or a
 * square overflows.
 */
export function sumOfSquares(g: usize, n: i32): f64 {
  const end: usize = g + ((<usize>n) << 2);
  let total: f64 = 0;
  for (let start: usize = g; start < end; start += BLOCK) total += blockOfSquares(start, min(start + BLOCK, end));
  return total;
}

function blockOfSquares(start: usize, end: usize): f64 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let i = start;
  for (; i + 64 <= end; i += 64) {
    const g0 = v128.load(i);
    const g1 = v128.load(i, 16);
    const g2 = v128.load(i, 32);
    const g3 = v128.load(i, 48);
    s0 = f32x4.add(s0, f32x4.mul(g0, g0));
    s1 = f32x4.add(s1, f32x4.mul(g1, g1));
    s2 = f32x4.add(s2, f32x4.mul(g2, g2));
    s3 = f32x4.add(s3, f32x4.mul(g3, g3));
  }
  for (; i < end; i += 16) {
    const rest = v128.load(i);
    s0 = f32x4.add(s0, f32x4.mul(rest, rest));
  }
  return lanesOf(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

/** The sum of four lanes in float64. */
function lanesOf(sum: v128): f64 {
  const low = <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1);
  return low + <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
}

/** g ← factor·g. */
export function scale(g: usize, n: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    v128.store(g + i, f32x4.mul(v128.load(g + i), factors));
  }
}

/** g ← a·g + b·x. */
export function combine(g: usize, x: usize, n: i32, a: f32, b: f32): void {
  const as = f32x4.splat(a);
  const bs = f32x4.splat(b);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    v128.store(g + i, f32x4.add(f32x4.mul(as, v128.load(g + i)), f32x4.mul(bs, v128.load(x + i))));
  }
}
