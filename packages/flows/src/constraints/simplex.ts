// Probabilities: n numbers above 0 whose sum is 1.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { offTape } from '../algebra/where-above.ts';
import { type Constraint, checkedConstraint } from './constraint.ts';
import { SMALLEST } from './float-neighbours.ts';
import { checkLength } from './length.ts';

/** Rows whose sum is further from 1 are no probabilities; rounding leaves less. */
const LARGEST_EXCESS = 1e-3;

/**
 * Probabilities x_1 … x_n by isometric log-ratios: x = softmax(V·u), V [n, n − 1] with orthonormal columns of sum 0;
 * u = Vᵀ·log x. u = 0 gives equal probabilities, and no component is preferred.
 *
 * The log-det is that of the first n − 1 components: log|∂(x_1 … x_{n−1})/∂u| = Σ log x_i + ½ log n. A probability of 0
 * counts as 2^−126; `unconstrain` of a negative one, or of a row whose sum is off 1 by more than 1e-3, is NaN.
 * @throws ExpectationError for n that is no whole number from 2
 * @see Egozcue et al. 2003, "Isometric logratio transformations for compositional data analysis", Math. Geology 35
 */
export function simplex(n: number): Constraint {
  checkLength('simplex', 'n', { length: n, least: 2 });
  const basis = () => tf.tensor2d(contrasts(n), [n - 1, n]); // Vᵀ
  const logDetOf = (logs: Tensor2D): Tensor1D => tf.add(tf.sum(logs, 1), 0.5 * Math.log(n));
  return checkedConstraint({
    name: `simplex(${n})`,
    freeWidth: n - 1,
    shape: [n],
    constrain(u) {
      const logs: Tensor2D = tf.logSoftmax(tf.matMul(u, basis()));
      return { value: tf.exp(logs), logDet: logDetOf(logs) };
    },
    unconstrain(value) {
      const x = value as Tensor2D;
      const fault = faultOf(x);
      const logs: Tensor2D = tf.log(tf.maximum(x, SMALLEST));
      const u: Tensor2D = tf.matMul(logs, basis(), false, true);
      return { u: tf.add(u, tf.expandDims(fault, 1)), logDet: tf.sub(fault, logDetOf(logs)) };
    },
  });
}

/** 0 for a row of probabilities, else NaN, [B]. */
const faultOf = (x: Tensor2D): Tensor1D =>
  offTape(() => {
    const isOne = tf.lessEqual(tf.abs(tf.sub(tf.sum(x, 1), 1)), LARGEST_EXCESS);
    const isRow: Tensor = tf.logicalAnd(isOne, tf.greaterEqual(tf.min(x, 1), 0));
    const rows: [number] = [x.shape[0]];
    return tf.where(isRow, tf.zeros(rows), tf.fill(rows, Number.NaN)) as Tensor1D;
  });

/** Helmert's contrasts, row-major [n − 1, n]: row k has k times 1/√(k(k + 1)), then −k/√(k(k + 1)), then zeros. */
const contrasts = (n: number): Float32Array =>
  Float32Array.from({ length: (n - 1) * n }, (_, at) => {
    const [k, i] = [Math.floor(at / n) + 1, at % n];
    if (i > k) return 0;
    return (i < k ? 1 : -k) / Math.sqrt(k * (k + 1));
  });
