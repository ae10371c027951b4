// The parts that Stirling's formula leaves of log Γ and its derivatives. They are small and smooth for all t > 0, so
// differences of log Γ at large arguments are taken of them, not of log Γ itself.
import { type Tensor, tf } from '@flowvae/tensor';
import { differentiable } from './differentiable.ts';
import { type Rational, rational } from './polynomial.ts';

// Each quotient of polynomials in w = 1/t² has the least relative error on t ≥ 1 of its degree, by weighted least
// squares at 400 Chebyshev nodes (Lawson 1961) against mpmath in 40 digits.

/** t·(log Γ(t) − (t − ½)·log t + t − ½ log 2π); relative error 1.9e-7. */
const binet: Rational = {
  numerator: [0.083_333_317_1, 0.076_416_490_4, 0.005_807_337_8],
  denominator: [1, 0.950_315_491, 0.092_049_638_4],
};

/** t²·(log t − ψ(t) − 1/(2t)); relative error 1.1e-6, that of log t − ψ(t) at most 1.6e-7. */
const binetSlope: Rational = {
  numerator: [0.083_333_242_9, 0.097_112_801_6, 0.009_095_269_29],
  denominator: [1, 1.265_257_75, 0.189_439_861],
};

/** t³·(ψ′(t) − 1/t − 1/(2t²)); relative error 3.4e-6, that of ψ′(t) at most 3.5e-7. */
const binetCurvature: Rational = {
  numerator: [0.166_666_099, 0.237_320_808, 0.025_898_238_7],
  denominator: [1, 1.623_596_2, 0.342_467_533],
};

export const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** log Γ(t) − (t − ½)·log t + t − ½ log 2π, of t ≥ 1: 1/(12t) − 1/(360t³) + … */
export function binetTerm<T extends Tensor>(t: T): T {
  const inverse: T = tf.reciprocal(t);
  return tf.mul(inverse, rational(tf.square(inverse), binet));
}

/** log t − ψ(t), of t ≥ 1: 1/(2t) + 1/(12t²) − … */
export function binetSlopeTerm<T extends Tensor>(t: T): T {
  const inverse: T = tf.reciprocal(t);
  const w: T = tf.square(inverse);
  return tf.add(tf.mul(inverse, 0.5), tf.mul(w, rational(w, binetSlope)));
}

/** ψ′(t) − 1/t, of t ≥ 1: 1/(2t²) + 1/(6t³) − … */
function binetCurvatureTerm(t: Tensor): Tensor {
  const inverse = tf.reciprocal(t);
  const w = tf.square(inverse);
  return tf.mul(w, tf.add(tf.mul(inverse, rational(w, binetCurvature)), 0.5));
}

/** y = t + 1 for t < 1, else t; and 1 where t was raised, else 0. */
function raised(t: Tensor): { readonly y: Tensor; readonly isRaised: Tensor } {
  const isRaised = tf.step(tf.sub(1, t));
  return { y: tf.add(t, isRaised), isRaised };
}

function logGammaRemainderValue(t: Tensor): Tensor {
  const { y, isRaised } = raised(t);
  const logY = tf.log(y);
  const atY = tf.add(tf.sub(binetTerm(y), tf.mul(logY, 0.5)), HALF_LOG_TWO_PI);
  return tf.add(atY, tf.sub(tf.mul(y, tf.sub(logY, tf.log(t))), isRaised)); // 0 where not raised
}

function digammaRemainderValue(t: Tensor): Tensor {
  const { y, isRaised } = raised(t);
  return tf.add(binetSlopeTerm(y), tf.sub(tf.div(isRaised, t), tf.sub(tf.log(y), tf.log(t))));
}

function digammaRemainderSlope(t: Tensor): Tensor {
  const { y, isRaised } = raised(t);
  const inverse = tf.reciprocal(t);
  const ofRaising = tf.sub(tf.sub(inverse, tf.reciprocal(y)), tf.mul(isRaised, tf.square(inverse)));
  return tf.sub(ofRaising, binetCurvatureTerm(y));
}

/** log t − ψ(t) for t > 0: positive, 1/(2t) + 1/(12t²) − … for large t, and 1/t for small. */
export const digammaRemainder = differentiable(digammaRemainderValue, digammaRemainderSlope);

/**
 * log Γ(t) − t·log t + t for t > 0: about ½ log(2π/t) for large t, and log(1/t) for small.
 *
 * Below 1 it is that of t + 1, by log Γ(t) = log Γ(t + 1) − log t.
 */
export const logGammaRemainder = differentiable(logGammaRemainderValue, (t) => tf.neg(digammaRemainder(t)));

/** ψ′(t) for t > 0; below 1 that of t + 1, plus 1/t². */
export function trigamma<T extends Tensor>(t: T): T {
  const { y, isRaised } = raised(t);
  const ofRaising = tf.mul(isRaised, tf.square(tf.reciprocal(t)));
  return tf.add(tf.add(tf.reciprocal(y), binetCurvatureTerm(y)), ofRaising) as T;
}
