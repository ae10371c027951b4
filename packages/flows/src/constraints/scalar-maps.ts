// Increasing maps of all real numbers onto a part of them, element by element, right in float32 far from 0 as well.
import { type Tensor, tf } from '@flowvae/tensor';
import { offTape, whereAbove } from '../algebra/where-above.ts';
import { floatAbove, floatBelow, SMALLEST } from './float-neighbours.ts';

/** The map at u: y, and log dy/du in nats. */
interface Constrained<T extends Tensor = Tensor> {
  readonly value: T;
  readonly logSlope: T;
}

/** The inverse at y: u, and log du/dy in nats. */
interface Unconstrained<T extends Tensor = Tensor> {
  readonly u: T;
  readonly logSlope: T;
}

/**
 * An increasing differentiable map of every number u to a number y inside an open interval, element by element.
 *
 * An end of the interval stands for the nearest float32 inside it, because rounding carries far points there: the
 * inverse is finite there too. Outside of the interval u and the log-slope are NaN.
 */
export interface ScalarMap {
  constrain<T extends Tensor>(u: T): Constrained<T>;
  unconstrain<T extends Tensor>(y: T): Unconstrained<T>;
}

/** y = u. */
export const identityMap: ScalarMap = {
  constrain: (u) => ({ value: u, logSlope: tf.zerosLike(u) }),
  unconstrain: (y) => ({ u: y, logSlope: tf.zerosLike(y) }),
};

/**
 * y = softplus(u) = log(1 + e^u) > 0, log dy/du = log σ(u) = −softplus(−u); u = y + log(1 − e^−y), log du/dy = −log(1 −
 * e^−y).
 */
export const softplusMap: ScalarMap = {
  constrain: (u) => ({ value: tf.softplus(u), logSlope: tf.neg(tf.softplus(tf.neg(u))) }),
  unconstrain<T extends Tensor>(given: T) {
    const isInside = offTape(() => tf.greaterEqual(given, 0));
    const y: T = tf.maximum(given, SMALLEST);
    const logSlope = tf.neg(tf.log(tf.neg(tf.expm1(tf.neg(y)))));
    return { u: orNaN<T>(isInside, tf.sub(y, logSlope)), logSlope: orNaN<T>(isInside, logSlope) };
  },
};

/**
 * y = a + w·σ(u) for u ≤ 0 and b − w·σ(−u) above, w = b − a, so that y keeps its distance from the nearer end;
 * log dy/du = log w − softplus(u) − softplus(−u). u = log(y − a) − log(b − y).
 */
export function intervalMap(from: number, to: number): ScalarMap {
  const width = to - from;
  const [least, most] = [floatAbove(from), floatBelow(to)];
  return {
    constrain<T extends Tensor>(u: T) {
      const share = tf.mul(tf.sigmoid(tf.neg(tf.abs(u))), width); // from the nearer end
      const value = whereAbove<T>(0, u, tf.sub(to, share), tf.add(from, share));
      return { value, logSlope: tf.sub(Math.log(width), tf.add(tf.softplus(u), tf.softplus(tf.neg(u)))) };
    },
    unconstrain<T extends Tensor>(given: T) {
      const isInside = offTape(() => tf.logicalAnd(tf.greaterEqual(given, from), tf.lessEqual(given, to)));
      const y: T = tf.minimum(tf.maximum(given, least), most);
      const [below, above] = [tf.log(tf.sub(y, from)), tf.log(tf.sub(to, y))] as [T, T];
      // dy/du = (y − a)(b − y)/w
      const logSlope = tf.sub<T>(Math.log(width), tf.add(below, above));
      return { u: orNaN(isInside, tf.sub<T>(below, above)), logSlope: orNaN(isInside, logSlope) };
    },
  };
}

const orNaN = <T extends Tensor>(isInside: Tensor, x: Tensor): T =>
  tf.where(isInside, x, tf.fill(x.shape, Number.NaN)) as T;
