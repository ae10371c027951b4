// checkFlow and the limits of float32: rounding, kinks and peaks are no findings; a check that judges nothing fails.
import {
  type CheckName,
  checkFlow,
  type Flow,
  full,
  type InvertibleFlow,
  invert,
  planarLeaky,
  printFlowReport,
  realnvp,
  spline,
} from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { linear } from '../laws/flow-mutants.ts';
import { plainPlanar, replaced } from '../laws/planar-mutants.ts';

it('finite: layers turned round whose composition alone leaves float32 are no finding', () => {
  const turned = (dim: number) => invert(planarLeaky(dim, 2, { slope: 0.3 }));
  const wrong = [1001, 0, 1, 2, 62].filter((seed) => !checkFlow(turned, { key: key(seed), checks: ['finite'] }).ok);
  expect(wrong).toEqual([]);
});

it('finite: points that float32 cannot invert are no finding, and no tensor stays, also of an inverse without gradient', () => {
  const before = tf.memory().numTensors;
  const options = { checks: ['finite'], scale: 10, draws: 2 } as const;
  for (const flow of [full(40), planarLeaky(5, 3), plainPlanar(3)]) {
    expect(checkFlow(flow, options).findings).toEqual([]);
  }
  expect(tf.memory().numTensors).toBe(before);
});

it('a check that can decide nothing fails', () => {
  const flow = linear(2, (i, j) => 1 + (i * j) / 2 ** 20);
  const { ok, findings } = checkFlow(flow, { checks: ['logDet'] });
  expect(ok).toBe(false);
  expect(findings).toEqual(['logDet in dimension 2: 0 of 96 comparisons could be judged; ask for smaller scales']);
});

it('a check that can judge less than a tenth of its comparisons fails, and its lines say so', () => {
  const nearlySingular = linear(2, (i, j) => 1 + (i * j) / 2 ** 20);
  const flow = replaced(nearlySingular as InvertibleFlow, ({ forward }) => ({
    forward: (params, z) => {
      const { y } = forward(params, z);
      const isRare = tf.step(tf.sub(tf.slice(z, [0, 0], [-1, 1]), 5.5)); // few points: there the map is the identity
      const mixed = tf.add(tf.mul(isRare, z), tf.mul(tf.sub(1, isRare), y));
      return { y: mixed as Tensor2D, logDet: tf.zeros([z.shape[0]]) };
    },
  }));
  const report = checkFlow(flow, { checks: ['logDet'], draws: 8, points: 16 });
  const judged = report.outcomes.reduce((sum, outcome) => sum + outcome.judged, 0);
  expect(judged).toBeGreaterThan(0);
  expect(report.findings).toEqual([
    `logDet in dimension 2: ${judged} of 384 comparisons could be judged; ask for smaller scales`,
  ]);
  expect(report.ok).toBe(false);
  expect(printFlowReport(checkFlow(nearlySingular, { checks: ['logDet'], scale: 1, draws: 1 }))).toMatchInlineSnapshot(`
    "linear: 1 finding
      logDet  D = 2  scale 1  judged 0 of 8    not judged
    logDet in dimension 2: 0 of 8 comparisons could be judged; ask for smaller scales"
  `);
});

it('a kink within the step of a difference is no finding, at any place', () => {
  const cells = 1000; // slopes 1 and 2 in turn: the longest step crosses twenty kinks
  const flow: Flow = {
    ...linear(1, () => 1),
    forward: (_, z) => {
      const cell = tf.mul(z, cells);
      const down = tf.floor(cell);
      const isSteep = tf.mod(down, 2);
      const y = tf.div(
        tf.add(tf.add(down, tf.floor(tf.div(down, 2))), tf.mul(tf.sub(cell, down), tf.add(1, isSteep))),
        cells,
      );
      return { y: y as Tensor2D, logDet: tf.squeeze(tf.log(tf.add(1, isSteep)), [1]) as Tensor1D };
    },
  };
  const { findings } = checkFlow(flow, { checks: ['logDet', 'gradients'], scale: 1 });
  expect(findings.filter((finding) => !finding.includes('could be judged'))).toEqual([]);
});

it('elements of J that cancel are no finding, although J is off in the same way at all points near by', () => {
  // two layers: J_21 = a₂·a₁ + e₂, where a is a long sum through a network and e₂ may be e^−16
  const wrong = [0, 1, 3, 6, 7].flatMap((seed) => {
    const checks: CheckName[] = ['logDet', 'fold'];
    return checkFlow(spline(2, { layers: 2, bins: 5 }), { key: key(seed), checks }).findings;
  });
  expect(wrong).toEqual([]);
});

it('a peak of the derivative between the places looked at is no finding', () => {
  // the inverse contracts by e^11 at one point; within the step the derivative goes from 0.4 to 78 and back
  const checks: CheckName[] = ['inverseGradients'];
  const make = (dim: number) => realnvp(dim, { layers: 3, hidden: 8, depth: 2 });
  expect(checkFlow(make, { dims: [5], scale: 3, key: key(3), checks }).findings).toEqual([]);
});
