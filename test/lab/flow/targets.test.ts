// The targets: tables against plain interpolation and differences, log Z against known values.
import { toys } from '@flowvae/datasets';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import {
  emptyPainting,
  firstPainting,
  paintedTable,
  touched,
} from '../../../packages/lab/src/page/flow/targets/painted.ts';
import {
  type DensityTable,
  tableAt,
  tableDensity,
  tableLogMass,
  tabulated,
} from '../../../packages/lab/src/page/flow/targets/table-density.ts';
import { planeTarget, type TargetChoice } from '../../../packages/lab/src/page/flow/targets/target-choice.ts';
import { gradientAt, valueAt } from './densities.ts';

describe('a table', () => {
  const table = tabulated(6, 2, (x, y) => Math.sin(x) - x * y);
  const density = tableDensity(table);
  const places = [
    [0.31, -1.17],
    [-1.9, 1.99],
    [2.6, -2.2],
    [0.1, 4],
  ] as const;

  it.each(places)('has the values and slopes of plain bilinear interpolation at %d, %d', (x, y) => {
    expect(valueAt(density, x, y)).toBeCloseTo(tableAt(table, x, y), 4);
    const h = 1e-4;
    const [across, up] = gradientAt(density, x, y) as [number, number];
    expect(across).toBeCloseTo((tableAt(table, x + h, y) - tableAt(table, x - h, y)) / (2 * h), 3);
    expect(up).toBeCloseTo((tableAt(table, x, y + h) - tableAt(table, x, y - h)) / (2 * h), 3);
  });

  it('is exact at lattice points, and bilinear functions are exact everywhere', () => {
    expect(tableAt(table, -2 + 0.8, -2 + 1.6)).toBeCloseTo(Math.sin(-1.2) - 1.2 * 0.4, 5);
    const bilinear = tabulated(9, 3, (x, y) => 1 + 2 * x - y + 0.5 * x * y);
    expect(valueAt(tableDensity(bilinear), 0.77, -2.1)).toBeCloseTo(1 + 1.54 + 2.1 - 0.8085, 4);
  });
});

describe('a painting', () => {
  it('is dense under the brush, and empty again under the eraser', () => {
    const painting = touched(emptyPainting(), 2, -1);
    const at = (x: number, y: number) => tableAt(paintedTable(painting), x, y);
    expect(at(2, -1)).toBeGreaterThan(at(-1, 2) + 4);
    const erased = touched(painting, 2, -1, true);
    expect(tableAt(paintedTable(erased), 2, -1)).toBeLessThan(at(2, -1) - 3);
  });

  it('has a slope everywhere, so that points find the paint', () => {
    const slope = gradientAt(planeTarget({ kind: 'painted', painting: firstPainting() }).logDensity, -3.3, -4.1);
    expect(Math.hypot(...slope)).toBeGreaterThan(0.5);
  });
});

describe('log Z', () => {
  it.each<readonly [string, TargetChoice, number, number]>([
    ['of U1', { kind: 'energy', name: 'U1' }, 1.8775016, 1e-3],
    [
      'of two normals',
      { kind: 'expression', text: 'logaddexp(-z1^2/2, -(z1-4)^2/2) - z2^2/2' },
      Math.log(4 * Math.PI),
      1e-3,
    ],
  ])('%s is known', (_, choice, logZ, tolerance) => {
    expect(Math.abs(planeTarget(choice).logZ! - logZ)).toBeLessThan(tolerance);
  });

  /** log of the sum of exp(log) over the middles of size² cells of [−half, half]². */
  const logSum = (size: number, half: number, log: (z1: number, z2: number) => number): number => {
    const cell = (2 * half) / size;
    const middle = (i: number) => -half + (i + 0.5) * cell;
    let sum = 0;
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sum += Math.exp(log(middle(i), middle(j)));
    return Math.log(sum * cell ** 2);
  };

  it.each<readonly [string, DensityTable]>([
    ['a coarse table that is dense at its border', tabulated(6, 2, (x, y) => 3 * Math.sin(x) - x * y)],
    ['the first painting', paintedTable(firstPainting())],
  ])('of %s is that of its function on a finer lattice', (_, table) => {
    const finer = logSum(1600, table.half + 3, (x, y) => tableAt(table, x, y));
    expect(Math.abs(tableLogMass(table) - finer)).toBeLessThan(1e-3);
  });

  it.each(Object.keys(toys) as (keyof typeof toys)[])('of %s is that of the fitted density', (name) => {
    const target = planeTarget({ kind: 'toy', name });
    const size = 1536;
    const reach = 8 - 8 / size; // the middles of the cells of [−8, 8]²
    const sum = target.onLattice(size, reach).reduce((all, log) => all + Math.exp(log), 0);
    expect(Math.abs(target.logZ! - Math.log(sum * (16 / size) ** 2))).toBeLessThan(3e-3);
  });

  it.each([
    ['-z1^2', 'p does not fall off'],
    ['-2000*z1^2 - z2^2', 'p is too sharp for the lattice'],
    ['-20*abs(z1) - z2^2', 'p is too sharp for the lattice'],
  ])('of %j is unknown: %s', (text, unknown) => {
    expect(planeTarget({ kind: 'expression', text })).toMatchObject({ logZ: undefined, unknown });
  });

  it.each(['U1', 'U2', 'U3', 'U4'] as const)('of %s is known', (name) => {
    expect(planeTarget({ kind: 'energy', name }).logZ).toBeGreaterThan(0);
  });
});

it.each([
  ['log(z1)', '-Infinity at z1 = 0, z2 = 0'],
  ['log(z1+4)', '-Infinity at z1 = -4, z2 = 0'],
  ['sqrt(z2 - 0.05) - z1^2', 'NaN at z1 = 0, z2 = 0'],
  ['-1/z1', '-Infinity at z1 = 0, z2 = 0'],
])('the formula %j is refused in one line with the place', (text, place) => {
  expect(() => planeTarget({ kind: 'expression', text })).toThrow(
    `log density '${text}': expected a finite number everywhere in [-8, 8]², got ${place}`,
  );
});

it('the picture of a target has its values, from the lowest row up', () => {
  const target = planeTarget({ kind: 'energy', name: 'U3' });
  const picture = target.onLattice(5, 2);
  expect(picture[1 * 5 + 3]).toBeCloseTo(valueAt(target.logDensity, 1, -1), 4);
  const toy = planeTarget({ kind: 'toy', name: 'rings' });
  expect(toy.onLattice(5, 2)[1 * 5 + 3]).toBeCloseTo(valueAt(toy.logDensity, 1, -1), 3);
});

it('targets leave no tensor behind', () => {
  const before = tf.memory().numTensors;
  planeTarget({ kind: 'expression', text: '-z1^2 - z2^2' }).onLattice(9, 3);
  planeTarget({ kind: 'toy', name: 'pinwheel' }).onLattice(9, 3);
  planeTarget({ kind: 'energy', name: 'U4' }).onLattice(9, 3);
  expect(tf.memory().numTensors).toBe(before);
});
