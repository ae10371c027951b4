// Constraints against float64: values, log-dets, both directions, far points, gradients, both engines.
import { type Constraint, lowerCholesky, parseConstraint, simplex } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { elementCount, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { constraintCases } from '../cases/constraints.ts';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import type { ConstraintReference } from '../reference/constraints.ts';

const ROWS = 12;

/** Free numbers of usual size and of three times this size. */
function freeNumbers(width: number): readonly number[][] {
  const drawn = drawNormal(fold(key(1), width), ROWS * width);
  return Array.from({ length: ROWS }, (_, row) =>
    Array.from(drawn.subarray(row * width, (row + 1) * width), (value) => Math.fround((row % 2 ? 1 : 3) * value)),
  );
}

const inputsOf = (rows: readonly (readonly number[])[]): Inputs => ({
  u: shaped(rows.flat(), [rows.length, rows[0]!.length]),
});

const constrained =
  ({ constrain }: Constraint) =>
  ({ u }: Tensors) => ({ ...constrain(u as Tensor2D), twice: tf.mul(2, u!) });

const unconstrained =
  ({ unconstrain }: Constraint) =>
  ({ value }: Tensors) => ({ ...unconstrain(value!), twice: tf.mul(2, value!) }); // without it `real` has no node

/** log|det| of the Jacobian of the reference by central differences in float64. */
function logDetByDifferences({ value, coordinates }: ConstraintReference, u: readonly number[]): number {
  const step = 1e-5;
  const columns = u.map((_, j) => {
    const at = (sign: number) => value(u.map((each, k) => (k === j ? each + sign * step : each)));
    const [above, below] = [at(1), at(-1)];
    return coordinates.map((i) => (above[i]! - below[i]!) / (2 * step));
  });
  return Math.log(Math.abs(determinant(columns)));
}

function determinant(matrix: readonly (readonly number[])[]): number {
  const [first, ...others] = matrix;
  if (others.length === 0) return first![0]!;
  return first!.reduce(
    (sum, entry, j) => sum + (j % 2 ? -1 : 1) * entry * determinant(others.map((row) => row.toSpliced(j, 1))),
    0,
  );
}

describe.each(constraintCases.map((row) => [row.formula, row] as const))('%s', (formula, row) => {
  const constraint = parseConstraint(formula);
  const rows = freeNumbers(row.freeWidth);
  const values = rows.map(row.reference.value);

  it('has its formula as name, its width and its shape', () => {
    expect(constraint).toMatchObject({ name: formula, freeWidth: row.freeWidth, shape: row.shape });
  });

  it.each(['eager', 'compiled'] as const)('is the float64 map with its log-det, %s', async (engine) => {
    const run = engine === 'eager' ? eager : compiled;
    const found = await run(constrained(constraint), inputsOf(rows));
    expect(differences('value', found.value!, values.flat(), 1e-6)).toEqual([]);
    expect(differences('logDet', found.logDet!, rows.map(row.reference.logDet), 1e-6)).toEqual([]);
    expect(found.value!.length).toBe(ROWS * elementCount(row.shape));
  });

  it("the reference's log-det is that of its Jacobian", () => {
    const near = rows.filter((_, i) => i % 2);
    const jacobians = near.map((u) => logDetByDifferences(row.reference, u));
    expect(differences('logDet', near.map(row.reference.logDet), jacobians, 1e-6)).toEqual([]);
  });

  it.each(['eager', 'compiled'] as const)('comes back to its free numbers, %s', async (engine) => {
    const run = engine === 'eager' ? eager : compiled;
    const near = rows.filter((_, i) => i % 2);
    const given = { value: shaped(near.flatMap(row.reference.value), [near.length, ...row.shape]) };
    const found = await run(unconstrained(constraint), given);
    expect(differences('u', found.u!, near.flat(), 2e-5)).toEqual([]);
    const negated = near.map((u) => -row.reference.logDet(u));
    expect(differences('logDet', found.logDet!, negated, 2e-5)).toEqual([]);
  });

  const weights = drawNormal(key(2), ROWS * elementCount(row.shape));
  const loss = ({ u }: Tensors) => {
    const { value, logDet } = constraint.constrain(u as Tensor2D);
    return tf.add<ReturnType<typeof tf.scalar>>(
      tf.sum(tf.mul(value, tf.tensor(weights, [ROWS, ...row.shape]))),
      tf.sum(tf.mul(logDet, 0.7)),
    );
  };

  it('has the gradient of the float64 map, on both engines', async () => {
    const size = elementCount(row.shape);
    const float64 = float64Gradient(
      ({ u }) => {
        const all = Array.from({ length: ROWS }, (_, i) =>
          Array.from(u!.subarray(i * row.freeWidth, (i + 1) * row.freeWidth)),
        );
        return all.reduce((total, each, i) => {
          const weighted = row.reference.value(each).map((value, j) => value * weights[i * size + j]!);
          return total + weighted.reduce((a, b) => a + b, 0) + 0.7 * row.reference.logDet(each);
        }, 0);
      },
      { u: rows.flat() },
    );
    const inputs = inputsOf(rows);
    for (const found of [eager(withGradients(loss), inputs), await compiled(withGradients(loss), inputs)]) {
      expect(gradientDifferences('gradient', found['gradient:u']!, float64.u!, 1e-5)).toEqual([]);
    }
  });

  it('has the gradient of the inverse by the chain rule, on both engines', async () => {
    const near = rows.filter((_, i) => i % 2);
    // the free numbers of the values of u are u: the gradient of a function of them is its own
    const round = ({ u }: Tensors) => {
      const back = constraint.unconstrain(constraint.constrain(u as Tensor2D).value);
      return tf.sum(tf.sin(back.u)) as ReturnType<typeof tf.scalar>;
    };
    const expected = near.flat().map(Math.cos);
    const inputs = inputsOf(near);
    for (const found of [eager(withGradients(round), inputs), await compiled(withGradients(round), inputs)]) {
      expect(gradientDifferences('gradient', found['gradient:u']!, expected, 1e-3)).toEqual([]);
    }
  });
});

describe('far points', () => {
  const roundTrip = (constraint: Constraint) => (inputs: Tensors) => {
    const { value, logDet } = constraint.constrain(inputs.u as Tensor2D);
    const back = constraint.unconstrain(value);
    return { value, logDet, u: back.u, backLogDet: back.logDet };
  };

  it.each([
    ['positive', [-80, -30, 30, 80]],
    ['interval(0, 1)', [-80, -30, -17, 15]],
    ['ordered(2)', [-80, -30, 15, 30]],
    ['lowerCholesky(1)', [-80, -30, 30, 80]],
  ])('%s comes back from %j, on both engines', async (formula, points) => {
    const constraint = parseConstraint(formula);
    const rows = points.map((u) => [...new Array<number>(constraint.freeWidth - 1).fill(0), u]);
    for (const found of [
      eager(roundTrip(constraint), inputsOf(rows)),
      await compiled(roundTrip(constraint), inputsOf(rows)),
    ]) {
      const u = found.u!.filter((_, i) => i % constraint.freeWidth === constraint.freeWidth - 1);
      // a number below 1 by 2^−24·15 is all that float32 can tell of u = 15 in (0, 1)
      expect(
        differences('u', u, points, (i) => (formula.startsWith('interval') && points[i]! > 0 ? 0.1 : 1e-6)),
      ).toEqual([]);
      const negated = Array.from(found.logDet!, (value) => -value);
      expect(differences('logDet', found.backLogDet!, negated, 0.1)).toEqual([]);
    }
  });

  it.each(['positive', 'interval(0, 1)', 'interval(-1.5, 3)', 'simplex(3)', 'ordered(3)', 'lowerCholesky(2)'])(
    '%s is finite in both directions at ±30, ±200 and ±1000, gradients too',
    async (formula) => {
      const constraint = parseConstraint(formula);
      const points = [-1000, -200, -30, 30, 200, 1000];
      const rows = points.map((u) => Array.from({ length: constraint.freeWidth }, (_, i) => (i % 2 ? -u : u)));
      const total = ({ u }: Tensors) => {
        const all = Object.values(roundTrip(constraint)({ u: u! })).map((each): Tensor => tf.sum(each));
        return tf.addN(all) as ReturnType<typeof tf.scalar>;
      };
      for (const fn of [roundTrip(constraint), withGradients(total)]) {
        for (const found of [eager(fn, inputsOf(rows)), await compiled(fn, inputsOf(rows))]) {
          for (const [name, numbers] of Object.entries(found)) {
            expect([name, numbers.every(Number.isFinite)]).toEqual([name, true]);
          }
        }
      }
    },
  );

  it('an end of an interval counts as the nearest number inside it', () => {
    const { u } = eager(unconstrained(parseConstraint('interval(-1, 1)')), { value: shaped([-1, 1], [2]) });
    const nearest = Math.log((2 - 2 ** -24) / 2 ** -24); // the float32 below 1 is 2^−24 below it
    expect(differences('u', u!, [-nearest, nearest], 1e-5)).toEqual([]);
    const zero = eager(unconstrained(parseConstraint('positive')), { value: shaped([0], [1]) });
    expect(zero.u![0]).toBeCloseTo(-126 * Math.LN2, 4);
  });

  it('an interval keeps its ends, however they round', () => {
    const constraint = parseConstraint('interval(0.1, 0.7)');
    const { value } = eager(constrained(constraint), inputsOf([[-1000], [-5], [0], [5], [1000]]));
    expect([value![0], value![4]]).toEqual([Math.fround(0.1), Math.fround(0.7)]);
    expect([...value!]).toEqual([...value!].toSorted((a, b) => a - b));
  });
});

describe('values outside of the support', () => {
  it.each([
    ['positive', [-1e-3], [1]],
    ['interval(0, 1)', [1.001], [1]],
    ['interval(0, 1)', [Number.NaN], [1]],
    ['simplex(3)', [-0.1, 0.6, 0.5], [1, 3]],
    ['simplex(3)', [0.1, 0.3, 0.5], [1, 3]],
    ['ordered(3)', [0, 2, 1], [1, 3]],
    ['lowerCholesky(2)', [1, 0, 0.5, -1], [1, 2, 2]],
    ['lowerCholesky(2)', [1, 0.2, 0.5, 1], [1, 2, 2]],
  ])('of %s are NaN on both engines: %j', async (formula, numbers, shape) => {
    const fn = unconstrained(parseConstraint(formula));
    const inputs = { value: shaped(numbers, shape) };
    for (const found of [eager(fn, inputs), await compiled(fn, inputs)]) {
      expect(found.u!.some(Number.isNaN)).toBe(true);
      expect(found.logDet![0]).toBeNaN();
    }
  });

  it('do not spoil other rows', () => {
    const inputs = { value: shaped([-0.1, 0.6, 0.5, 0.2, 0.3, 0.5], [2, 3]) };
    const { u, logDet } = eager(unconstrained(parseConstraint('simplex(3)')), inputs);
    expect(Array.from([...u!, ...logDet!], Number.isFinite)).toEqual([false, false, true, true, false, true]);
  });
});

it('simplex(3) has rows of sum 1, also where one probability is nearly everything', () => {
  const rows = [...freeNumbers(2), [30, -50], [-100, 7]];
  const { value } = eager(constrained(simplex(3)), inputsOf(rows));
  const sums = rows.map((_, i) => value!.subarray(3 * i, 3 * i + 3).reduce((a, b) => a + b, 0));
  expect(
    differences(
      'sum',
      sums,
      rows.map(() => 1),
      3e-7,
    ),
  ).toEqual([]);
});

describe('the density of transformed normals integrates to 1', () => {
  /** Σ N(u; 0, I)·|∂u/∂x| over points, times the cell. */
  const mass = (constraint: Constraint, points: Float32Array, cell: number) => {
    const rows = points.length / elementCount(constraint.shape);
    const density = ({ value }: Tensors) => {
      const { u, logDet } = constraint.unconstrain(value!);
      const logNormal = tf.sub(
        tf.mul(tf.sum<Tensor1D>(tf.square(u), 1), -0.5),
        (u.shape[1] / 2) * Math.log(2 * Math.PI),
      );
      return { density: tf.exp(tf.add(logNormal, logDet)) };
    };
    const found = eager(density, { value: shaped(points, [rows, ...constraint.shape]) });
    return found.density!.reduce((sum, value) => sum + value, 0) * cell;
  };
  const middles = (from: number, to: number, count: number) =>
    Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 0.5)) / count);

  it('simplex(3), over the triangle', () => {
    const count = 300;
    const axis = middles(0, 1, count);
    const points = axis.flatMap((x) => axis.flatMap((y) => (x + y < 1 ? [x, y, 1 - x - y] : [])));
    expect(mass(simplex(3), Float32Array.from(points), 1 / count ** 2)).toBeCloseTo(1, 3);
  });

  it('lowerCholesky(2), over its lower triangle', () => {
    const [diagonal, below] = [middles(0, 6, 80), middles(-6, 6, 24)];
    const points = diagonal.flatMap((a) => below.flatMap((b) => diagonal.flatMap((c) => [a, 0, b, c])));
    expect(mass(lowerCholesky(2), Float32Array.from(points), (6 / 80) ** 2 * 0.5)).toBeCloseTo(1, 3);
  });
});
