// Polynomials and quotients of polynomials, element by element.
import { type Tensor, tf } from '@flowvae/tensor';

/** Σ c_n·s^n by Horner's rule; at least two coefficients, the constant first. */
export function polynomial<T extends Tensor>(s: T, coefficients: readonly number[]): T {
  const [constant = 0, ...others] = coefficients;
  const product = others.slice(0, -1).reduceRight<T>((sum, c) => tf.mul(s, tf.add(sum, c)), tf.mul(s, others.at(-1)!));
  return tf.add(product, constant);
}

/** A quotient of polynomials. */
export interface Rational {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

/** N(s)/D(s) */
export const rational = <T extends Tensor>(s: T, { numerator, denominator }: Rational): T =>
  tf.div(polynomial(s, numerator), polynomial(s, denominator));
