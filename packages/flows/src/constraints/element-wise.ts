// Constraints on single numbers.
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type Constraint, checkedConstraint } from './constraint.ts';
import { checkLength } from './length.ts';
import { identityMap, intervalMap, type ScalarMap, softplusMap } from './scalar-maps.ts';

/** A constraint for one number, or for each of `count` numbers. */
function elementWise(name: string, map: ScalarMap, count: number | undefined): Constraint {
  if (count !== undefined) checkLength(name, 'count', { length: count, least: 1 });
  const [freeWidth, shape] = count === undefined ? [1, []] : [count, [count]];
  return checkedConstraint({
    name: count === undefined ? name : `${name}[${count}]`,
    freeWidth,
    shape,
    constrain(u) {
      const { value, logSlope } = map.constrain(u);
      return { value: tf.reshape(value, [u.shape[0], ...shape]), logDet: tf.sum(logSlope, 1) };
    },
    unconstrain(value) {
      const { u, logSlope } = map.unconstrain<Tensor2D>(tf.reshape(value, [-1, freeWidth]));
      return { u, logDet: tf.sum(logSlope, 1) };
    },
  });
}

/**
 * Any number, or `count` of them: value = u, log-det 0.
 *
 * @throws ExpectationError for a count that is no whole number from 1
 */
export function real(count?: number): Constraint {
  const { constrain, unconstrain, ...rest } = elementWise('real', identityMap, count);
  // a sum of zeros would bind the rows of a batch together: a constant does not
  const nothing = (rows: number): Tensor1D => tf.zeros([rows]);
  return {
    ...rest,
    constrain: (u) => ({ ...constrain(u), logDet: nothing(u.shape[0]) }),
    unconstrain(value) {
      const { u } = unconstrain(value);
      return { u, logDet: nothing(u.shape[0]) };
    },
  };
}

/**
 * A number above 0, or `count` of them: value = softplus(u), log-det Σ log σ(u).
 *
 * Softplus is e^u far below 0 and u far above, so neither end leaves float32 from u = −87 up: u = −30 gives 9.4e-14.
 * The value 0 counts as 2^−126; `unconstrain` of a value below 0 is NaN.
 * @throws ExpectationError for a count that is no whole number from 1
 */
export const positive = (count?: number): Constraint => elementWise('positive', softplusMap, count);

/**
 * A number between two ends, or `count` of them: value = from + w·σ(u), log-det Σ log(w·σ(u)·σ(−u)), w = to − from.
 *
 * Values keep their relative distance from the nearer end, as far as float32 can hold it: beyond |u| = 17 the value is
 * an end itself, unless this end is 0. An end counts as the nearest float32 inside, so `unconstrain` of it is finite;
 * of a value outside it is NaN.
 * @throws ExpectationError for ends that are not finite or not in order in float32, and for a count that is no whole
 * number from 1
 */
export function interval(from: number, to: number, count?: number): Constraint {
  if (!(Number.isFinite(Math.fround(from)) && Number.isFinite(Math.fround(to - from)))) {
    const expected = 'finite ends, and a finite length, in float32';
    throw new ExpectationError({ where: 'interval', expected, received: `${from} and ${to}` });
  }
  if (!(Math.fround(to) > Math.fround(from))) {
    throw new ExpectationError({ where: 'interval: to', expected: `an end above ${from}`, received: String(to) });
  }
  return elementWise(`interval(${from}, ${to})`, intervalMap(from, to), count);
}
