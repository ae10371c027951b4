// The functions of flows without networks: their refusals, and the formulas that name them.
import {
  full,
  householder,
  lu,
  nicePlanar,
  parseFlow,
  planar,
  planarLeaky,
  radial,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from '@flowvae/flows';
import { describe, expect, it } from 'vitest';

it.each([
  ['planarLeaky', () => planarLeaky(2, 1, { slope: 1 }), 'planarLeaky: slope: expected a number in [0, 1), got 1'],
  ['full', () => full(1), 'full: dim: expected 2 or more, got 1'],
  ['lu', () => lu(1), 'lu: dim: expected 2 or more, got 1'],
  [
    'sylvesterOrthogonal',
    () => sylvesterOrthogonal(4, 5),
    'sylvesterOrthogonal: width: expected a whole number from 2 to 4, got 5',
  ],
  [
    'sylvesterHouseholder',
    () => sylvesterHouseholder(4, 0),
    'sylvesterHouseholder: mirrors: expected a whole number from 1, got 0',
  ],
  [
    'sylvesterTriangular',
    () => sylvesterTriangular(1),
    "sylvesterTriangular: expected at least 2 components, got 1; use 'planar'",
  ],
  ['sylvesterHouseholder', () => sylvesterHouseholder(1, 2), 'sylvesterHouseholder: expected at least 2 components'],
  ['sylvesterOrthogonal', () => sylvesterOrthogonal(1, 1), 'sylvesterOrthogonal: expected at least 2 components'],
  ['nicePlanar', () => nicePlanar(1), 'nice-planar: expected at least 2 components, got 1'],
])('%s refuses impossible arguments', (_, make, message) => {
  expect(make).toThrow(message);
});

it.each([
  ['radial*3', radial(4, 3)],
  ['planar-leaky*2', planarLeaky(4, 2)],
  ['householder*4', householder(4, 4)],
  ['nice-planar*3', nicePlanar(4, 3)],
  ['sylvester-o(3)*2', sylvesterOrthogonal(4, 3, 2)],
  ['sylvester-h(5)', sylvesterHouseholder(4, 5)],
  ['sylvester-t*4', sylvesterTriangular(4, 4)],
  ['full', full(4)],
  ['lu', lu(4)],
])('the formula %s names the flow that it makes', (formula, flow) => {
  expect(parseFlow(formula, 4)).toMatchObject({ name: formula, paramShapes: flow.paramShapes });
  expect(flow.name).toBe(formula);
});

describe('the number of layers', () => {
  const makers = { planar, planarLeaky, nicePlanar, radial, householder, sylvesterTriangular };

  it.each(Object.entries(makers))('of %s is a whole number from 1', (_, make) => {
    for (const layers of [0, -1, 1.5, Number.NaN]) {
      expect(() => make(3, layers)).toThrow(`layers: expected a whole number from 1, got ${layers}`);
    }
  });
});
