// The scalar equation behind the inverse of a planar layer, with its implicit gradient.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';

/** Enough for float32 at any m: a step that does not halve the interval is replaced by a bisection. */
const ITERATIONS = 25;

/**
 * Solves α + m·tanh(α + b) = c for s = α + b, for each entry; m > −1 makes the left side increasing, and the root lies
 * in [c − |m|, c + |m|].
 *
 * Safeguarded Newton: a step that leaves the bracket, or does not halve it, becomes a bisection (plain Newton diverges
 * for large m). The gradient is implicit, not through the iterations: ds = (dc + db − t·dm)/f', where f' = 1 + (1 −
 * t²)·m is computed as t² + (1 − t²)·(1 + m) from 1 + m, because m itself loses it for m → −1. Shapes: c [B, 1];
 * onePlusM, b [B|1, 1] → s [B, 1]. Accuracy in float32: the residual reaches about 1e-5·(1 + |m|).
 */
export function solvePlanar(c: Tensor2D, onePlusM: Tensor2D, b: Tensor2D): Tensor2D {
  const rows = c.shape[0];
  const [cs, ms, bs] = [c, onePlusM, b].map((x) => tf.broadcastTo(x, [rows, 1]));
  return implicitRoot(cs!, ms!, bs!) as Tensor2D;
}

/**
 * tanh(s) to one rounding of 1 at saturation: from |s| = 1 up, 1 − 2/(e^{2|s|} + 1) with the sign of s.
 *
 * Compiled, the operator itself is up to 3.2e-7 off there, and the inverse multiplies that by m. The gradient is 1 −
 * tanh², whose composition would overflow.
 */
export const tanhToRounding = (s: Tensor2D): Tensor2D => differentiableTanh(s) as Tensor2D;

const differentiableTanh = tf.customGrad((...args) => {
  const [s, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
  const size = tf.abs(s);
  const saturated = tf.sub(1, tf.div(2, tf.add(tf.exp(tf.mul(size, 2)), 1)));
  const value = tf.where(tf.greater(size, 1), tf.mul(tf.sign(s), saturated), tf.tanh(s));
  save([value]);
  return { value, gradFunc: (dh: Tensor, [h]: Tensor[]) => tf.mul(dh, tf.sub(1, tf.square(h!))) };
});

const implicitRoot = tf.customGrad((...args) => {
  const [c, onePlusM, b, save] = args as unknown as [Tensor2D, Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
  const s = iterate(c, onePlusM, b);
  save([onePlusM, s]);
  const gradFunc = (ds: Tensor, saved: Tensor[]) => {
    const [givenOnePlusM, root] = saved as [Tensor2D, Tensor2D];
    const t = tf.tanh(root);
    const towardsC = tf.div(ds, derivative(t, givenOnePlusM));
    return [towardsC, tf.neg(tf.mul(t, towardsC)), towardsC];
  };
  return { value: s, gradFunc };
});

/** f' = 1 + (1 − t²)·m without cancellation: every term is ≥ 0. */
function derivative(t: Tensor2D, onePlusM: Tensor2D): Tensor2D {
  const squared = tf.square(t);
  return tf.add(squared, tf.mul(tf.sub(1, squared), onePlusM));
}

/** In terms of s: f(s) = s + m·tanh(s) − (c + b) = 0. */
function iterate(c: Tensor2D, onePlusM: Tensor2D, b: Tensor2D): Tensor2D {
  const m: Tensor2D = tf.sub(onePlusM, 1);
  const target: Tensor2D = tf.add(c, b);
  let low: Tensor2D = tf.sub(target, tf.abs(m));
  let high: Tensor2D = tf.add(target, tf.abs(m));
  let s: Tensor2D = target;
  let lastStep: Tensor2D = tf.sub(high, low);
  // Steps of this size are rounding: they need not halve the interval, because a bisection would leave a root already
  // found.
  const noise = tf.mul(tf.add(tf.add(tf.abs(m), tf.abs(target)), 1), 1e-6);
  for (let i = 0; i < ITERATIONS; i++) {
    const t = tf.tanh(s);
    const residual = tf.sub(tf.add(s, tf.mul(m, t)), target);
    const above = tf.greater(residual, 0);
    low = tf.where(above, low, s);
    high = tf.where(above, s, high);
    const newton: Tensor2D = tf.sub(s, tf.div(residual, derivative(t, onePlusM)));
    const inside = tf.logicalAnd(tf.greaterEqual(newton, low), tf.lessEqual(newton, high));
    const halves = tf.lessEqual(tf.abs(tf.sub(newton, s)), tf.maximum(tf.mul(lastStep, 0.5), noise));
    const middle: Tensor2D = tf.mul(tf.add(low, high), 0.5);
    const next = tf.where(tf.logicalAnd(inside, halves), newton, middle);
    lastStep = tf.abs(tf.sub(next, s));
    s = next;
  }
  return s;
}
