// Numbers in rising order, such as cut points, or the means of a mixture's components.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type Constraint, checkedConstraint } from './constraint.ts';
import { checkLength } from './length.ts';
import { softplusMap } from './scalar-maps.ts';

/**
 * Numbers y_1 < y_2 < … < y_n: y_1 = u_1, y_k = y_{k−1} + softplus(u_k), log-det Σ_{k ≥ 2} log σ(u_k).
 *
 * Equal neighbours, which rounding may leave, count as 2^−126 apart; `unconstrain` of falling ones is NaN.
 * @throws ExpectationError for n that is no whole number from 2
 */
export function ordered(n: number): Constraint {
  checkLength('ordered', 'n', { length: n, least: 2 });
  const from = (x: Tensor2D, at: number, count = 1): Tensor2D => tf.slice(x, [0, at], [-1, count]);
  return checkedConstraint({
    name: `ordered(${n})`,
    freeWidth: n,
    shape: [n],
    constrain(u) {
      const { value: steps, logSlope } = softplusMap.constrain(from(u, 1, n - 1));
      const value = tf.cumsum(tf.concat([from(u, 0), steps], 1), 1);
      return { value, logDet: tf.sum<Tensor1D>(logSlope, 1) };
    },
    unconstrain(value) {
      const y = value as Tensor2D;
      const steps: Tensor2D = tf.sub(from(y, 1, n - 1), from(y, 0, n - 1));
      const { u, logSlope } = softplusMap.unconstrain(steps);
      return { u: tf.concat([from(y, 0), u], 1), logDet: tf.sum<Tensor1D>(logSlope, 1) };
    },
  });
}
