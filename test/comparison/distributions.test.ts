// Student's t, the normal and the noncentral t distribution beside SciPy 1.17.1 (scipy.stats: t.sf, t.isf, norm.cdf,
// nct) and, where it says so, mpmath.
import { expect, it } from 'vitest';
import { normalCdf } from '../../packages/comparison/src/distributions/normal.ts';
import { powerOfT } from '../../packages/comparison/src/distributions/power-of-t.ts';
import {
  studentQuantile,
  studentTail,
  studentTwoSided,
} from '../../packages/comparison/src/distributions/student-t.ts';

const isClose = (value: number, expected: number, relative: number) =>
  expect(Math.abs(value / expected - 1), `${value} beside ${expected}`).toBeLessThan(relative);

it.each([
  [0.5, 1, 0.35241638234956674],
  [2, 1.5, 0.11209416517802556],
  [2.5, 7.3, 0.019825117332800214],
  [1.96, 1e6, 0.024998033792634926],
  [8, 30, 3.1329112378503795e-9],
  [-1.3, 4, 0.868274201764388],
  [40, 3, 1.7190340394579253e-5],
  [1e200, 1.5, 3.770852432016246e-301], // of this and the next by mpmath 1.3.0, betainc
  [30, 999, 8.364136065585923e-142],
  [1, 1e6, 0.15865537491678908],
])('studentTail of %d at %d degrees of freedom is that of SciPy', (t, df, expected) => {
  isClose(studentTail(t, df), expected, 1e-9);
});

it.each([
  [0.025, 1, 12.706204736174705],
  [0.025, 2.5, 3.5746548420036834],
  [0.025, 9, 2.2621571627982053],
  [0.005, 30, 2.749995653567226],
  [0.3, 4, 0.5686490630497053],
  [0.025, 99999, 1.9599877077718448],
  [0.975, 9, -2.2621571627982053],
])('studentQuantile of %d at %d degrees of freedom is that of SciPy', (tail, df, expected) => {
  isClose(studentQuantile(tail, df), expected, 1e-9);
});

it("studentTail and studentQuantile are in closed form with one and two degrees of freedom, Cauchy's first", () => {
  for (const t of [0, 0.1, 1, 3, 1e3]) {
    expect(studentTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 12);
    expect(studentTail(t, 2)).toBeCloseTo(0.5 - t / (2 * Math.sqrt(2 + t * t)), 12);
  }
  for (const tail of [0.4, 0.1, 0.001, 1e-40, 1e-300])
    isClose(studentQuantile(tail, 1), 1 / Math.tan(Math.PI * tail), 1e-9);
});

it('studentTwoSided is not known without an error or degrees of freedom', () => {
  expect([studentTwoSided(Number.NaN, 3), studentTwoSided(1, Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  expect([studentTail(1, 0), studentQuantile(0.1, 0)]).toEqual([Number.NaN, Number.NaN]);
  expect([studentQuantile(1e-200, 0.5), studentQuantile(1e-320, 1)]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
  expect(studentTwoSided(0, 3)).toBe(1);
});

it.each([
  [-8, 6.22096057427174e-16],
  [-3.5, 0.00023262907903552502],
  [-1, 0.15865525393145707],
  [0.3, 0.6179114221889526],
  [2.9, 0.998134186699616],
  [3.1, 0.9990323967867817],
  [6, 0.9999999990134123],
])('normalCdf(%d) is that of SciPy', (x, expected) => {
  isClose(normalCdf(x), expected, 1e-12);
});

it.each([
  [0, 5, 0.05, 0.04999999999999998],
  [2, 3.5, 0.05, 0.31471572911353435],
  [3, 40, 0.01, 0.6177254188789308],
  [2.8, 1.4, 0.05, 0.24605217192125628],
  [2.8, 100000, 0.05, 0.7995493331756676],
  [8, 2, 0.05, 0.9580506900012918],
  [30, 1, 0.05, 0.98141603761176], // by mpmath 1.3.0, quad over the spread
])('powerOfT(%d) at %d degrees of freedom and level %d is that of SciPy', (noncentrality, df, level, expected) => {
  isClose(powerOfT(noncentrality, df, studentQuantile(level / 2, df)), expected, 1e-6);
});
