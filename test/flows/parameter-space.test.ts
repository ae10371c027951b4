// Named parameters: their order, columns, log-dets and errors; and the errors of constraints.
import {
  interval,
  lowerCholesky,
  ordered,
  parameterSpace,
  parseConstraint,
  positive,
  real,
  simplex,
} from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';
import * as reference from '../reference/constraints.ts';

const space = parameterSpace({ mu: 'real', tau: positive(), theta: 'real[2]', L: 'lowerCholesky(2)', p: simplex(3) });

const order = [
  [reference.real(1), 1],
  [reference.positive(1), 1],
  [reference.real(2), 2],
  [reference.lowerCholesky(2), 3],
  [reference.simplex(3), 2],
] as const;

const names = ['mu', 'tau', 'theta', 'L', 'p'];

describe('a space of named parameters', () => {
  const u = { u: shaped(drawNormal(key(3), 4 * 9), [4, 9]) };
  const constrained = ({ u: free }: Tensors) => {
    const { values, logDet } = space.constrain(free as Tensor2D);
    return { ...values, logDet };
  };

  it('has its width, its shapes, and a column for each number of all values', () => {
    expect(space.dim).toBe(9);
    expect(space.shapes).toEqual({ mu: [], tau: [], theta: [2], L: [2, 2], p: [3] });
    expect(space.columns).toEqual([
      ...['mu', 'tau', 'theta[0]', 'theta[1]', 'L[0,0]', 'L[0,1]', 'L[1,0]', 'L[1,1]', 'p[0]', 'p[1]', 'p[2]'],
    ]);
  });

  it('cuts the free vector in the order of the record, and adds the log-dets up, on both engines', async () => {
    const rows = Array.from({ length: 4 }, (_, i) => Array.from(u.u.values.subarray(9 * i, 9 * i + 9)));
    const parts = rows.map((row) => {
      let from = 0;
      return order.map(([each, width]) => {
        const own = row.slice(from, from + width);
        from += width;
        return { value: each.value(own), logDet: each.logDet(own) };
      });
    });
    for (const found of [eager(constrained, u), await compiled(constrained, u)]) {
      for (const [i, name] of names.entries()) {
        expect(
          differences(
            name,
            found[name]!,
            parts.flatMap((row) => row[i]!.value),
            1e-6,
          ),
        ).toEqual([]);
      }
      const logDets = parts.map((row) => row.reduce((sum, { logDet }) => sum + logDet, 0));
      expect(differences('logDet', found.logDet!, logDets, 1e-6)).toEqual([]);
    }
  });

  it('comes back to the free vector, in any order of the values, and with one parameter alone', () => {
    for (const each of [space, parameterSpace({ x: 'positive[9]' })]) {
      const back = eager(({ u: free }) => {
        const { values, logDet } = each.constrain(free as Tensor2D);
        const { u: again, logDet: negated } = each.unconstrain(Object.fromEntries(Object.entries(values).toReversed()));
        return { again, sum: tf.add(logDet, negated) };
      }, u);
      expect(differences('u', back.again!, u.u.values, 1e-5)).toEqual([]);
      expect(differences('log-dets', back.sum!, [0, 0, 0, 0], 2e-5)).toEqual([]);
    }
  });

  it('orders columns by number: theta[10] follows theta[9]', () => {
    expect(parameterSpace({ theta: real(11) }).columns.slice(8)).toEqual(['theta[8]', 'theta[9]', 'theta[10]']);
  });
});

const grammar =
  "one of real, positive, interval, simplex, ordered, lowerCholesky with its '(arguments)' and, after the first three, " +
  "an optional '[count]'";

describe('a constraint formula', () => {
  it.each([
    ['positve', grammar, "'positve' at character 1; did you mean positive?"],
    ['', grammar, 'nothing at character 1'],
    ['cholesky(3)', grammar, "'cholesky' at character 1"],
    ['interval', '(from,to)', 'nothing at character 9'],
    ['interval(2, 1)', "a value of 'to' above 2", "'1' at character 13"],
    ['interval(2,2)', "a value of 'to' above 2", "'2' at character 12"],
    ['interval(0)', "',' between from,to", "')' at character 11"],
    ['interval(a, 1)', 'from from -1e+30 to 1e+30', "'a' at character 10"],
    ['simplex(1)', 'n from 2 to 4096', "'1' at character 9"],
    ['simplex', '(n)', 'nothing at character 8'],
    ['ordered(1)', 'n from 2 to 4096', "'1' at character 9"],
    ['lowerCholesky(0)', 'n from 1 to 4096', "'0' at character 15"],
    ['real(3)', 'a constraint that takes arguments', "'(3)' at character 5"],
    ['real[0]', 'a count from 1 to 4096', "'0' at character 6"],
    ['real[3', "']' after the count", 'nothing at character 7'],
    ['real[3]x', "nothing, or '[count]'", "'x' at character 8"],
    ['simplex(3)[2]', 'nothing more', "'[2]' at character 11"],
  ])("'%s' is refused", (formula, expected, received) => {
    expect(() => parseConstraint(formula)).toThrow(`constraint '${formula}': expected ${expected}, got ${received}`);
  });

  it('may have a space after a comma, or none, and numbers with signs and fractions', () => {
    expect(parseConstraint('interval(-.5,1e-3)[2]').name).toBe('interval(-0.5, 0.001)[2]');
    expect(parseConstraint('interval(-0.5, 0.001)[2]').name).toBe('interval(-0.5, 0.001)[2]');
  });
});

/** The whole message of the error that a function throws. */
function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

describe('errors', () => {
  it.each([
    [() => interval(2, 1), 'interval: to: expected an end above 2, got 1'],
    [() => interval(1, 1 + 1e-9), 'interval: to: expected an end above 1, got 1.000000001'],
    [
      () => interval(0, Number.POSITIVE_INFINITY),
      'interval: expected finite ends, and a finite length, in float32, got 0 and Infinity',
    ],
    [() => simplex(1), 'simplex: n: expected a whole number from 2, got 1'],
    [() => ordered(1.5), 'ordered: n: expected a whole number from 2, got 1.5'],
    [() => lowerCholesky(0), 'lowerCholesky: n: expected a whole number from 1, got 0'],
    [() => real(0), 'real: count: expected a whole number from 1, got 0'],
    [() => parameterSpace({}), 'parameterSpace: expected at least one parameter, got none'],
    [
      () => parameterSpace({ 'a[0]': 'real' }),
      "parameterSpace: expected a name of letters, digits, '_' and '.', a letter or '_' first, got 'a[0]'",
    ],
    [
      () => parameterSpace({ mu: 'real', tau: 'intervall(0, 1)' }),
      `parameter tau: constraint 'intervall(0, 1)': expected ${grammar}, got 'intervall' at character 1; did you mean interval?`,
    ],
  ] as const)('of constraints and spaces have one voice: %#', (make, message) => {
    expect(messageOf(make)).toBe(message);
  });

  it('wrong shapes and missing values name their place', () => {
    tf.tidy(() => {
      expect(() => positive(3).constrain(tf.zeros([2, 2]))).toThrow(
        'positive.constrain: u: expected [batch, 3], got [2, 2]',
      );
      expect(() => interval(0, 1).unconstrain(tf.zeros([2, 1]))).toThrow(
        'interval.unconstrain: value: expected [batch], got [2, 1]',
      );
      expect(() => space.constrain(tf.zeros([2, 8]))).toThrow(
        'parameterSpace.constrain: u: expected [batch, 9], got [2, 8]',
      );
      expect(() => space.unconstrain({ mu: tf.zeros([2]) })).toThrow(
        'parameterSpace.unconstrain: values: expected a value of each parameter (mu, tau, theta, L, p), got none of tau',
      );
    });
  });
});
