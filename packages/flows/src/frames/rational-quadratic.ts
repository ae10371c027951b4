// Monotone rational-quadratic splines, element-wise and in both directions, without gathering: the bin is chosen by
// sums over masks.
import { type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import type { ElementwiseMap } from './elementwise-map.ts';

/** Least width and height of a bin as a share of the box, and least slope at a knot. */
const LEAST = 1e-3;

/** Raw slope at which a knot's slope LEAST + softplus(raw + this) is 1, so that raw = 0 is the identity. */
const UNIT_SLOPE = Math.log(Math.expm1(1 - LEAST));

/** Rounding must not end in √0, whose gradient is infinite. */
const SMALLEST_DISCRIMINANT = 1e-12;

/** The bin that holds a point: its numbers, each [B, N]. */
interface Bin {
  readonly left: Tensor2D;
  readonly bottom: Tensor2D;
  readonly width: Tensor2D;
  readonly height: Tensor2D;
  /** Slopes at its ends. */
  readonly slope0: Tensor2D;
  readonly slope1: Tensor2D;
}

/** Every spline's bins: [B, N, bins] each. */
interface Bins {
  readonly widths: Tensor3D;
  readonly heights: Tensor3D;
  /** Slopes at their ends. */
  readonly slopes0: Tensor3D;
  readonly slopes1: Tensor3D;
}

/**
 * s(x) on [−T, T], the identity outside, from raw = bins widths, bins heights and bins − 1 inner slopes of each
 * component.
 *
 * With ξ = (x − left)/width, σ = height/width and slopes δ₀, δ₁ at the bin's ends:
 * s = bottom + height·(σξ² + δ₀ξ(1 − ξ))/q, q = σ + (δ₀ + δ₁ − 2σ)ξ(1 − ξ), s' = σ²·(δ₁ξ² + 2σξ(1 − ξ) + δ₀(1 −
 * ξ)²)/q². q is summed as σ(ξ² + (1 − ξ)²) + (δ₀ + δ₁)ξ(1 − ξ): every term is ≥ 0, so neither it nor the logs lose
 * digits.
 * @see Durkan et al. 2019, arXiv:1906.04032, eqs. 4-8 (the inverse: eqs. 6-8)
 */
export function rationalQuadraticMap(bins: number, bound: number): ElementwiseMap {
  const direction = (isInverse: boolean) => (x: Tensor2D, raw: Tensor2D) => {
    const all = binsOf(raw, bins, bound);
    const inside: Tensor2D = tf.clipByValue(x, -bound, bound);
    const bin = binAt(inside, all, isInverse ? all.heights : all.widths, bound);
    const position = isInverse ? positionOfValue(inside, bin) : positionOfPoint(inside, bin);
    const { value, logSlope } = evaluated(position, bin);
    const result = isInverse ? (tf.add(bin.left, tf.mul(position, bin.width)) as Tensor2D) : value;
    const isInside = tf.greaterEqual(bound, tf.abs(x)); // the only comparison with a gradient in tfjs
    return {
      value: tf.where(isInside, result, x),
      logSlope: tf.where(isInside, isInverse ? tf.neg(logSlope) : logSlope, tf.zerosLike(logSlope)),
    };
  };
  return { outputs: 3 * bins - 1, forward: direction(false), inverse: direction(true) };
}

function binsOf(raw: Tensor2D, bins: number, bound: number): Bins {
  const batch = raw.shape[0];
  const outputs = 3 * bins - 1;
  const each = tf.reshape(raw, [batch, raw.shape[1] / outputs, outputs]);
  const [widths, heights, slopes] = tf.split(each, [bins, bins, bins - 1], 2) as [Tensor3D, Tensor3D, Tensor3D];
  const inner: Tensor3D = tf.add(tf.softplus(tf.add(slopes, UNIT_SLOPE)), LEAST);
  const ends: Tensor3D = tf.ones([batch, inner.shape[1], 1]); // the tails have slope 1
  return {
    widths: shares(widths, bins, 2 * bound),
    heights: shares(heights, bins, 2 * bound),
    slopes0: tf.concat([ends, inner], 2),
    slopes1: tf.concat([inner, ends], 2),
  };
}

/** Positive parts of a length, none below the least share. */
function shares(raw: Tensor3D, bins: number, length: number): Tensor3D {
  const least = Math.min(LEAST, 0.5 / bins);
  return tf.mul(tf.add(tf.mul(tf.softmax(raw), 1 - least * bins), least), length);
}

/**
 * −T + Σ_{j≤k} part_j for all bins but the last: the start of the next bin, by one product with a triangular matrix of
 * ones.
 */
function innerKnots(parts: Tensor3D, bound: number): Tensor3D {
  const [batch, count, bins] = parts.shape;
  const upTo = Float32Array.from({ length: bins * (bins - 1) }, (_, i) =>
    Number(Math.floor(i / (bins - 1)) <= i % (bins - 1)),
  );
  const sums = tf.matMul(tf.reshape(parts, [batch * count, bins]), tf.tensor2d(upTo, [bins, bins - 1]));
  return tf.reshape(tf.sub(sums, bound), [batch, count, bins - 1]);
}

/**
 * The bin of each point: the bin after all knots at or below it. `parts` are the widths for points, the heights for
 * values.
 */
function binAt(x: Tensor2D, { widths, heights, slopes0, slopes1 }: Bins, parts: Tensor3D, bound: number): Bin {
  // 1 … 1 0 … 0
  const passed: Tensor3D = tf.cast(tf.greaterEqual(tf.expandDims(x, 2), innerKnots(parts, bound)), 'float32');
  const end: Tensor3D = tf.zeros([x.shape[0], x.shape[1], 1]);
  const isBelow: Tensor3D = tf.concat([passed, end], 2);
  const isIn: Tensor3D = tf.sub(tf.concat([tf.add(end, 1), passed], 2), isBelow); // one-hot
  const pick = (values: Tensor3D, mask: Tensor3D): Tensor2D => tf.sum(tf.mul(values, mask), 2);
  return {
    left: tf.sub(pick(widths, isBelow), bound),
    bottom: tf.sub(pick(heights, isBelow), bound),
    width: pick(widths, isIn),
    height: pick(heights, isIn),
    slope0: pick(slopes0, isIn),
    slope1: pick(slopes1, isIn),
  };
}

/** ξ of a point x; rounding must not lead out of the bin. */
function positionOfPoint(x: Tensor2D, { left, width }: Bin): Tensor2D {
  return tf.clipByValue(tf.div(tf.sub(x, left), width), 0, 1);
}

/**
 * ξ of a value y: the root in [0, 1] of aξ² + bξ − c = 0, where with d = (y − bottom)/height and e = δ₀ + δ₁ − 2σ
 * a = σ − δ₀ + d·e, b = δ₀ − d·e, c = σ·d.
 *
 * The root is 2c/(b + √) for b ≥ 0 and (√ − b)/2a for b < 0, √ = √(b² + 4ac): neither subtracts numbers of equal sign.
 */
function positionOfValue(y: Tensor2D, { bottom, width, height, slope0, slope1 }: Bin): Tensor2D {
  const sigma = tf.div(height, width);
  const d = tf.clipByValue(tf.div(tf.sub(y, bottom), height), 0, 1);
  const curvature = tf.mul(d, tf.sub(tf.add(slope0, slope1), tf.mul(sigma, 2)));
  const b = tf.sub(slope0, curvature);
  const a = tf.sub(sigma, b);
  const c = tf.mul(sigma, d);
  const discriminant = tf.maximum(tf.add(tf.square(b), tf.mul(tf.mul(a, c), 4)), SMALLEST_DISCRIMINANT);
  const sum = tf.add(tf.abs(b), tf.sqrt(discriminant));
  const isRising = tf.greaterEqual(b, 0);
  const divisor = tf.where(isRising, sum, tf.mul(a, 2)); // a > 0 for b < 0
  return tf.clipByValue(tf.div(tf.where(isRising, tf.mul(c, 2), sum), divisor), 0, 1);
}

/** s and log s' at ξ. */
function evaluated(position: Tensor2D, { bottom, width, height, slope0, slope1 }: Bin) {
  const sigma: Tensor2D = tf.div(height, width);
  const shape: Shape = [position, sigma, slope0, slope1];
  const { q, slope } = termsOf(shape);
  const logSlope: Tensor2D = tf.sub(tf.add(tf.mul(tf.log(sigma), 2), tf.log(slope)), tf.mul(tf.log(q), 2));
  return { value: tf.add(bottom, tf.mul(height, shareInBin(...shape))) as Tensor2D, logSlope };
}

/** ξ, σ, δ₀, δ₁ */
type Shape = readonly [Tensor2D, Tensor2D, Tensor2D, Tensor2D];

/** ξ(1 − ξ), ξ², (1 − ξ)², q and δ₁ξ² + 2σξ(1 − ξ) + δ₀(1 − ξ)². */
function termsOf([position, sigma, slope0, slope1]: Shape) {
  const rest = tf.sub(1, position);
  const [ofPosition, ofRest] = [tf.square(position), tf.square(rest)];
  const both = tf.mul(position, rest);
  const q = tf.add(tf.mul(sigma, tf.add(ofPosition, ofRest)), tf.mul(tf.add(slope0, slope1), both));
  const ends = tf.add(tf.mul(slope1, ofPosition), tf.mul(tf.mul(sigma, both), 2));
  return { both, ofPosition, ofRest, q, slope: tf.add(ends, tf.mul(slope0, ofRest)) as Tensor2D };
}

/** The share of the bin's height below s: (σξ² + δ₀ξ(1 − ξ))/q. */
function share(shape: Shape): Tensor2D {
  const [, sigma, slope0] = shape;
  const { both, ofPosition, q } = termsOf(shape);
  return tf.div(tf.add(tf.mul(sigma, ofPosition), tf.mul(slope0, both)), q);
}

/**
 * The same with its gradient in closed form: where a bin is low, σ ≪ δ, terms of size δ₀(δ₀ + δ₁) cancel in the
 * quotient rule, and slopes of e^−15 came out 1 % off. Here only true differences cancel: ∂/∂ξ = σ(δ₁ξ² + 2σξ(1 − ξ) +
 * δ₀(1 − ξ)²)/q², ∂/∂σ = ξ(1 − ξ)(δ₁ξ² − δ₀(1 − ξ)²)/q², ∂/∂δ₀ = ξ(1 − ξ)(σ(1 − ξ)² + δ₁ξ(1 − ξ))/q², ∂/∂δ₁ = −ξ(1 −
 * ξ)(σξ² + δ₀ξ(1 − ξ))/q².
 */
const shareInBin = tf.customGrad((...args) => {
  const [position, sigma, slope0, slope1, save] = args as unknown as [...Shape, (tensors: Tensor[]) => void];
  save([position, sigma, slope0, slope1]);
  const gradFunc = (dShare: Tensor, saved: Tensor[]) => {
    const shape = saved as unknown as Shape;
    const [, s, d0, d1] = shape;
    const { both, ofPosition, ofRest, q, slope } = termsOf(shape);
    const scaled = tf.div(dShare, tf.square(q));
    const ofEnds = tf.mul(scaled, both);
    return [
      tf.mul(scaled, tf.mul(s, slope)),
      tf.mul(ofEnds, tf.sub(tf.mul(d1, ofPosition), tf.mul(d0, ofRest))),
      tf.mul(ofEnds, tf.add(tf.mul(s, ofRest), tf.mul(d1, both))),
      tf.neg(tf.mul(ofEnds, tf.add(tf.mul(s, ofPosition), tf.mul(d0, both)))),
    ];
  };
  return { value: share([position, sigma, slope0, slope1]), gradFunc };
});
