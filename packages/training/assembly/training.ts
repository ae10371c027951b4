// Optimiser passes over flat float32 buffers: one sweep each, four lanes at a time.
// Every region starts at a multiple of 16 bytes and its length n is a multiple of 4; the padding holds zeros, which all updates keep.

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
): void {
  const rates = f32x4.splat(rate);
  const roots = f32x4.splat(root);
  const c1 = f32x4.splat(oneMinusBeta1);
  const b2 = f32x4.splat(beta2);
  const c2 = f32x4.splat(oneMinusBeta2);
  const eps = f32x4.splat(epsilon);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const grad = v128.load(g + i);
    const before = v128.load(m + i);
    const first = f32x4.add(before, f32x4.mul(c1, f32x4.sub(grad, before)));
    const second = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, f32x4.mul(grad, grad)));
    v128.store(m + i, first);
    v128.store(v + i, second);
    const scale = f32x4.add(f32x4.mul(f32x4.sqrt(second), roots), eps);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.div(f32x4.mul(rates, first), scale)));
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
): void {
  const rates = f32x4.splat(rate);
  const a = f32x4.splat(alpha);
  const c = f32x4.splat(oneMinusAlpha);
  const mu = f32x4.splat(momentum);
  const eps = f32x4.splat(epsilon);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const grad = v128.load(g + i);
    const second = f32x4.add(f32x4.mul(a, v128.load(v + i)), f32x4.mul(c, f32x4.mul(grad, grad)));
    const scaled = f32x4.div(grad, f32x4.add(f32x4.sqrt(second), eps));
    const buffer = f32x4.add(f32x4.mul(mu, v128.load(buf + i)), scaled);
    v128.store(v + i, second);
    v128.store(buf + i, buffer);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.mul(rates, buffer)));
  }
}

/** Gradient descent with momentum: buf ← μ·buf + g; p ← p − lr·buf. */
export function sgd(p: usize, g: usize, buf: usize, n: i32, rate: f32, momentum: f32): void {
  const rates = f32x4.splat(rate);
  const mu = f32x4.splat(momentum);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const buffer = f32x4.add(f32x4.mul(mu, v128.load(buf + i)), v128.load(g + i));
    v128.store(buf + i, buffer);
    v128.store(p + i, f32x4.sub(v128.load(p + i), f32x4.mul(rates, buffer)));
  }
}

/** Σ g², accumulated in float64. */
export function sumOfSquares(g: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const grad = v128.load(g + i);
    const first = f64x2.promote_low_f32x4(grad);
    const second = f64x2.promote_low_f32x4(
      i8x16.shuffle(grad, grad, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15),
    );
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** g ← factor·g. */
export function scale(g: usize, n: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    v128.store(g + i, f32x4.mul(v128.load(g + i), factors));
  }
}
