// Targets: unnormalised densities over R^D, with names for their columns.
import { type Constraint, columnNames, parameterSpace } from '@flowvae/flows';
import type { LogDensity } from '@flowvae/objectives';
import { ExpectationError, elementCount, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { didYouMean } from '@flowvae/tensor/plain';

/** A density over R^D, known up to a constant. */
export interface Target {
  readonly dim: number;
  /** z [B, D] → log p̃(z) [B], nats. Row i depends on row i only. */
  readonly logDensity: LogDensity;
  /** A name for each column of `values`. */
  readonly columns: readonly string[];
  /** The shape of each named quantity, in the order of the columns. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Points of R^D in the units of the columns, [B, D] → [B, columns]. */
  values(z: Tensor2D): Tensor2D;
  /** The inverse of `values`, [B, columns] → [B, D]; NaN outside of a parameter's support. */
  points(values: Tensor2D): Tensor2D;
}

/**
 * A target from a function of points.
 *
 * @throws ExpectationError for a dimension that is no whole number from 1
 */
export function plainTarget(logDensity: (z: Tensor2D) => Tensor1D, dim: number): Target {
  if (!Number.isInteger(dim) || dim < 1) {
    const expected = 'a whole number from 1, the width of a point';
    throw new ExpectationError({ where: 'fitTarget: dim', expected, received: String(dim) });
  }
  return {
    dim,
    logDensity,
    columns: columnNames('z', [dim]),
    shapes: { z: [dim] },
    values: (z) => z,
    points: (z) => z,
  };
}

/** A density of named parameters, each in its own units. */
export interface NamedDensity {
  /** Constraints, or their formulas, by name: `{ mu: 'real', tau: 'positive', theta: 'real[8]' }`. */
  readonly parameters: Readonly<Record<string, string | Constraint>>;
  /**
   * log p̃ of the parameters, [B], nats, without any Jacobian of the constraints: values by name, each [B, ...shape].
   */
  readonly logDensity: (values: Readonly<Record<string, Tensor>>) => Tensor1D;
}

/**
 * A density of named parameters as a target over their free numbers u: log p̃(u) = log p̃(values(u)) + log|∂values/∂u|.
 * log Z stays that of the density in the parameters' own units.
 *
 * @throws ExpectationError for no parameter, a name or a constraint that is wrong
 */
export function namedTarget({ parameters, logDensity }: NamedDensity): Target {
  const { dim, columns, shapes, constrain, unconstrain } = parameterSpace(parameters);
  return {
    dim,
    columns,
    shapes,
    logDensity(u) {
      const { values, logDet } = constrain(u);
      return tf.add(logDensity(refusingOthers(values)), logDet);
    },
    values(u) {
      const flat = Object.values(constrain(u).values).map(
        (value): Tensor2D => tf.reshape(value, [-1, elementCount(value.shape.slice(1))]),
      );
      return flat.length === 1 ? flat[0]! : tf.concat(flat, 1);
    },
    points: (table) => unconstrain(valuesIn(table, shapes)).u,
  };
}

/** The columns of a table [B, columns] as values by name. */
function valuesIn(
  table: Tensor2D,
  shapes: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, Tensor>> {
  let from = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const width = elementCount(shape);
    const own = tf.slice(table, [0, from], [-1, width]);
    from += width;
    return [name, tf.reshape(own, [-1, ...shape])] as const;
  });
  return Object.fromEntries(entries);
}

/** The same values, with an error for a name that is none of theirs: a density would go on with `undefined`. */
const refusingOthers = (values: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> =>
  new Proxy(values, {
    get(own, name) {
      if (typeof name !== 'string' || Object.hasOwn(own, name)) return Reflect.get(own, name);
      const names = Object.keys(own);
      throw new ExpectationError({
        where: 'logDensity: parameters',
        expected: `one of ${names.join(', ')}`,
        received: name,
        remedy: didYouMean(name, names),
      });
    },
  });
