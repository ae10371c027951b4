// Flows written wrongly are reported: by the Jacobian where map and log-det disagree, by their invariants where both
// are wrong together.
import {
  type Flow,
  planarLeaky,
  radial,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from '@flowvae/flows';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { logDetIsTheJacobians } from '../laws/flow-laws.ts';
import { neverFolds, radialSlopes, sylvesterSlopes } from '../laws/invariants.ts';
import {
  oneBranch,
  plainRadial,
  plainSylvester,
  radialMutants,
  stale,
  unconstrainedLeaky,
  unconstrainedRadial,
  wrongSide,
} from '../laws/plain-flow-mutants.ts';
import { keepsConstraint } from '../laws/planar-constraint.ts';

const dim = 3;

describe('the log-det is not that of the Jacobian', () => {
  const sound: Readonly<Record<string, Flow>> = {
    radial: radial(dim),
    'a plain radial layer': plainRadial(dim),
    'a plain Sylvester layer': plainSylvester(dim),
    'planar-leaky': planarLeaky(dim, 1, { slope: 0.3 }),
  };
  const wrong: Readonly<Record<string, Flow>> = {
    'radial, taken at the point after the flow': stale(radial(dim)),
    // one layer keeps the sign of s, so its branch
    'planar-leaky*3, taken at the point after the flow': stale(planarLeaky(dim, 3, { slope: 0.3 })),
    'sylvester-o, taken at the point after the flow': stale(sylvesterOrthogonal(dim, 2)),
    'sylvester-h, taken at the point after the flow': stale(sylvesterHouseholder(dim, 2)),
    'sylvester-t, taken at the point after the flow': stale(sylvesterTriangular(dim)),
    'planar-leaky, one branch ignored': oneBranch(dim),
    "Sylvester's Q on the wrong side": plainSylvester(dim, wrongSide),
    ...Object.fromEntries(
      Object.entries(radialMutants).map(([name, change]) => [`radial with ${name}`, plainRadial(dim, change)]),
    ),
  };

  it.each(Object.entries(sound))('but it is for %s', (_, flow) => {
    expect(logDetIsTheJacobians(flow, 0.5)).toEqual([]);
  });

  it.each(Object.entries(wrong))('%s', (_, flow) => {
    expect(logDetIsTheJacobians(flow, 0.5)).not.toEqual([]);
  });
});

describe('invariants on wide draws', () => {
  const leaky = { one: 1, steep: 1 };

  it.each([1, 2, 5, 40])('wᵀû > −1 for planar-leaky in dimension %i', (width) => {
    expect(keepsConstraint(planarLeaky(width), leaky)).toEqual([]);
  });

  it.each([1, 2, 5, 40])('β̂ > −α for radial in dimension %i', (width) => {
    expect(radialSlopes(radial(width))).toEqual([]);
  });

  it.each([2, 5, 40])('r₁·r₂ > −1 for sylvester-t in dimension %i', (width) => {
    expect(sylvesterSlopes(sylvesterTriangular(width))).toEqual([]);
  });

  it.each<[string, Flow]>([
    ['radial', radial(2)],
    ['planar-leaky', planarLeaky(dim)],
    ['planar-leaky with slope 0', planarLeaky(dim, 1, { slope: 0 })],
    ['sylvester-o', sylvesterOrthogonal(dim, 2)],
    ['sylvester-h', sylvesterHouseholder(dim, 2)],
    ['sylvester-t', sylvesterTriangular(dim)],
    ['a plain Sylvester layer', plainSylvester(dim)],
  ])('%s never folds', (_, flow) => {
    expect(neverFolds(flow)).toEqual([]);
  });

  it.each<[string, Flow]>([
    ['radial with β for β̂', unconstrainedRadial(2)], // its determinant has the factor 1 + β̂h once
    ['planar-leaky with u for û', unconstrainedLeaky(dim)],
    ['Sylvester with r₁·r₂ as it comes', plainSylvester(dim, { onePlusR: (product) => tf.add(1, product) })],
  ])('%s folds, although its log-det is that of its Jacobian', (_, flow) => {
    expect(logDetIsTheJacobians(flow, 0.5)).toEqual([]);
    expect(neverFolds(flow)).not.toEqual([]);
  });

  it('are missed by a leaky layer with u for û, and by a radial one with β for β̂', () => {
    expect(keepsConstraint(unconstrainedLeaky(dim) as ReturnType<typeof planarLeaky>, leaky)).not.toEqual([]);
    expect(radialSlopes(unconstrainedRadial(dim))).not.toEqual([]);
  });
});
