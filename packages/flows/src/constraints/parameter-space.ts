// Named parameters in their own units, as one vector of free numbers.
import {
  checkShape,
  ExpectationError,
  elementCount,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from '@flowvae/tensor';
import type { Constraint } from './constraint.ts';
import { parseConstraint } from './constraint-formula.ts';

/** Named parameters, in the order of the record; the free vector u is their concatenation. */
export interface ParameterSpace {
  /** Free numbers of all parameters, D. */
  readonly dim: number;
  /** Shapes of the parameters' values, without the batch axis. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** One name for each number of all values, row-major: `mu`, `theta[0]`, `L[1,0]`. */
  readonly columns: readonly string[];
  /** u [B, D] → values [B, ...shape] by name, and log|∂values/∂u| [B], nats. @throws ShapeError */
  constrain(u: Tensor2D): { readonly values: Readonly<Record<string, Tensor>>; readonly logDet: Tensor1D };
  /**
   * The inverse, NaN outside of a parameter's support.
   *
   * @throws ShapeError, or ExpectationError for a parameter without a value
   */
  unconstrain(values: Readonly<Record<string, Tensor>>): { readonly u: Tensor2D; readonly logDet: Tensor1D };
}

interface Parameter {
  readonly name: string;
  readonly constraint: Constraint;
  /** The place of its first free number. */
  readonly from: number;
}

/** Letters, digits, `_` and `.`; a bracket would look like an index. */
const NAME = /^[\p{L}_][\p{L}\p{N}_.]*$/u;

/**
 * The space of named parameters, e.g. `parameterSpace({ mu: 'real', tau: 'positive', theta: 'real[8]' })`.
 *
 * @param parameters constraints, or their formulas, by name
 * @throws ExpectationError for no parameter, a name with other characters than letters, digits, `_` and `.`, and a
 * formula that is wrong
 */
export function parameterSpace(parameters: Readonly<Record<string, string | Constraint>>): ParameterSpace {
  const list = parametersOf(parameters);
  const dim = list.reduce((sum, { constraint }) => sum + constraint.freeWidth, 0);
  return {
    dim,
    shapes: Object.fromEntries(list.map(({ name, constraint }) => [name, constraint.shape])),
    columns: list.flatMap(({ name, constraint }) => columnNames(name, constraint.shape)),
    constrain(u) {
      checkShape('parameterSpace.constrain: u', u, ['batch', dim]);
      const made = list.map(({ name, constraint, from }) => {
        const own = list.length === 1 ? u : tf.slice(u, [0, from], [-1, constraint.freeWidth]);
        return { name, ...constraint.constrain(own) };
      });
      return { values: Object.fromEntries(made.map(({ name, value }) => [name, value])), logDet: sumOf(made) };
    },
    unconstrain(values) {
      const made = list.map(({ name, constraint }) => constraint.unconstrain(givenValue(values, name, list)));
      return {
        u:
          made.length === 1
            ? made[0]!.u
            : tf.concat(
                made.map(({ u }) => u),
                1,
              ),
        logDet: sumOf(made),
      };
    },
  };
}

const sumOf = (parts: readonly { readonly logDet: Tensor1D }[]): Tensor1D =>
  parts.map(({ logDet }) => logDet).reduce((sum, logDet) => tf.add(sum, logDet));

function parametersOf(parameters: Readonly<Record<string, string | Constraint>>): readonly Parameter[] {
  const entries = Object.entries(parameters);
  const refuse = (expected: string, received: string): never => {
    throw new ExpectationError({ where: 'parameterSpace', expected, received });
  };
  if (entries.length === 0) refuse('at least one parameter', 'none');
  let from = 0;
  return entries.map(([name, given]) => {
    if (!NAME.test(name)) refuse("a name of letters, digits, '_' and '.', a letter or '_' first", `'${name}'`);
    const constraint = typeof given === 'string' ? parseConstraint(given, `parameter ${name}: constraint`) : given;
    const parameter = { name, constraint, from };
    from += constraint.freeWidth;
    return parameter;
  });
}

function givenValue(values: Readonly<Record<string, Tensor>>, name: string, list: readonly Parameter[]): Tensor {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value) return value;
  throw new ExpectationError({
    where: 'parameterSpace.unconstrain: values',
    expected: `a value of each parameter (${list.map((each) => each.name).join(', ')})`,
    received: `none of ${name}`,
  });
}

/**
 * Names of a value's numbers, counted from 0 in row-major order: `mu`; `theta[0]`, `theta[1]`; `L[0,0]`, `L[0,1]`.
 */
export function columnNames(name: string, shape: readonly number[]): string[] {
  if (shape.length === 0) return [name];
  return Array.from({ length: elementCount(shape) }, (_, at) => {
    let rest = at;
    const index = shape.toReversed().map((size) => {
      const i = rest % size;
      rest = Math.floor(rest / size);
      return i;
    });
    return `${name}[${index.toReversed().join(',')}]`;
  });
}
