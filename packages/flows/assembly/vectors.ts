// Sums over short rows of floats, four at a time.

/** Σ aᵢ·bᵢ over n floats. */
export function dot(a: usize, b: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let other = f32x4.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const at = (<usize>i) << 2;
    sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    other = f32x4.add(other, f32x4.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2;
    sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
  let total = lanes(f32x4.add(sum, other));
  for (; i < n; i++) total += load<f32>(a + ((<usize>i) << 2)) * load<f32>(b + ((<usize>i) << 2));
  return total;
}

/**
 * Σ ûᵢ·gᵢ with ûᵢ = uᵢ + c·wᵢ formed first: if the layer is the identity, û is 0 to rounding, and so is the sum for any
 * size of g. The sum of the two products would leave their rounding errors, which Adam enlarges.
 */
export function dotUHat(u: usize, w: usize, g: usize, n: i32, c: f32): f32 {
  const cs = f32x4.splat(c);
  let sum = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2;
    const uHat = f32x4.add(v128.load(u + at), f32x4.mul(cs, v128.load(w + at)));
    sum = f32x4.add(sum, f32x4.mul(uHat, v128.load(g + at)));
  }
  let total = lanes(sum);
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    total += (load<f32>(u + at) + c * load<f32>(w + at)) * load<f32>(g + at);
  }
  return total;
}

/** The sum of four floats. */
function lanes(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}
