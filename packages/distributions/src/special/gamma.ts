// log Γ and digamma as traced functions: compositions of kernels that the compiler lowers, with gradients.
import { type Tensor, tf } from '@flowvae/tensor';
import { differentiable } from './differentiable.ts';
import { type Rational, rational } from './polynomial.ts';
import { binetSlopeTerm, binetTerm, HALF_LOG_TWO_PI, trigamma } from './stirling.ts';

/** Stirling's formula from here on. */
const LARGE = 3;

/** The smallest normal number of float32: smaller arguments count as this one. */
const SMALLEST = 2 ** -126;

/** log Γ(2 + u)/(u·(u + 1)) on [−1, 1]; relative error 2.4e-8. */
const nearTwo: Rational = {
  numerator: [0.422_784_326, 0.271_858_842, 0.040_628_656_3, 0.000_518_233_157],
  denominator: [1, 0.880_297_831, 0.227_001_174, 0.015_742_278_7],
};

/** ψ(2 + u)/(2 + u − x₀) on [−1, 1], x₀ the zero of ψ; relative error 1.2e-8. */
const besideZero: Rational = {
  numerator: [0.785_307_529, 0.455_236_562, 0.059_480_854_4, 0.000_567_969_98],
  denominator: [1, 0.911_713_537, 0.239_651_287, 0.016_845_270_9],
};

/** The zero of ψ, 1.461632144968362, as a float32 and the rest. */
const ZERO = Math.fround(1.461_632_144_968_362);
const ZERO_REST = 1.461_632_144_968_362 - ZERO;

/** x in (0, 3] as 2 + u: x itself above 1, x + 1 from 1 down. Both differences are exact where log Γ is near 0. */
function aroundTwo(x: Tensor) {
  const v = tf.minimum(x, LARGE);
  const isAbove = tf.step(tf.sub(v, 1));
  return { v, isRaised: tf.sub(1, isAbove), u: tf.sub(tf.sub(v, 1), isAbove) };
}

/** `small` up to 3, `large` from there on; both finite everywhere. */
const joined = (x: Tensor, small: Tensor, large: Tensor): Tensor =>
  tf.add(small, tf.mul(tf.step(tf.sub(x, LARGE)), tf.sub(large, small)));

function logGammaValue(given: Tensor): Tensor {
  const x = tf.maximum(given, SMALLEST);
  const logX = tf.log(x);
  const { isRaised, u } = aroundTwo(x);
  const atRaised = tf.mul(tf.mul(u, tf.add(u, 1)), rational(u, nearTwo));
  const small = tf.sub(atRaised, tf.mul(isRaised, logX));
  const y = tf.maximum(x, LARGE);
  const main = tf.mul(tf.sub(y, 0.5), tf.sub(tf.maximum(logX, Math.log(LARGE)), 1));
  return joined(x, small, tf.add(main, tf.add(binetTerm(y), HALF_LOG_TWO_PI - 0.5)));
}

function digammaValue(given: Tensor): Tensor {
  const x = tf.maximum(given, SMALLEST);
  const { v, isRaised, u } = aroundTwo(x);
  const toZero = tf.sub(tf.sub(tf.add(v, isRaised), ZERO), ZERO_REST);
  const small = tf.sub(tf.mul(toZero, rational(u, besideZero)), tf.div(isRaised, x));
  const y = tf.maximum(x, LARGE);
  return joined(x, small, tf.sub(tf.log(y), binetSlopeTerm(y)));
}

/**
 * Digamma: ψ(x) = d/dx log Γ(x) for x > 0, of any shape.
 *
 * From 3 on by Stirling's formula; below as (x − x₀)·r(x), x₀ = 1.4616… its zero, so that its relative error holds
 * beside the zero; below 1 by ψ(x) = ψ(x + 1) − 1/x. Relative error below 1e-6 in float32 for 1e-3 … 1e6. Its gradient
 * is trigamma, whose own gradient is that of its composition. Smaller arguments than 2^−126 count as 2^−126.
 */
export const digamma = differentiable(digammaValue, (x) => trigamma(tf.maximum(x, SMALLEST)));

/**
 * log Γ(x) for x > 0, of any shape.
 *
 * From 3 on by Stirling's formula; below as (x − 1)·(x − 2)·r(x), so that its relative error holds beside its zeros 1
 * and 2; below 1 by log Γ(x) = log Γ(x + 1) − log x. Relative error below 1e-6 in float32 for 1e-3 … 1e6. Its gradient
 * is {@link digamma}. Smaller arguments than 2^−126 count as 2^−126.
 */
export const logGamma = differentiable(logGammaValue, digamma);
