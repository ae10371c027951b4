// The schedules of annealing: step sizes by pilot chains, and temperatures.
import { sigmoidTemperatures } from '@flowvae/objectives';
import { expect, it } from 'vitest';
import { initialStepSize } from '../../packages/evaluation/src/annealing/annealed-importance.ts';
import { PilotStepSizes } from '../../packages/evaluation/src/annealing/step-sizes.ts';

it.each([
  [1, 0.5],
  [16, 0.25],
  [10_000, 0.05],
])('step sizes of pilot chains start at half of the fourth root of 1/%d', (dim, size) => {
  expect(initialStepSize(dim)).toBeCloseTo(size, 12);
});

it('pilot chains find the step size that is accepted in 65 % of cases, for each data point', () => {
  const pilot = new PilotStepSizes(2, 0.5);
  const scales = [0.1, 3];
  for (let t = 0; t < 200; t++) {
    const sizes = pilot.at(t);
    pilot.observe(
      t,
      Float32Array.from([0, 0, 1, 1], (point) => Math.exp(-((sizes[point]! / scales[point]!) ** 2))),
    );
  }
  const wanted = Math.sqrt(-Math.log(0.65));
  expect(Array.from(pilot.at(200), (size, point) => size / scales[point]!)).toEqual([
    expect.closeTo(wanted, 3),
    expect.closeTo(wanted, 3),
  ]);
  const fixed = pilot.fixed();
  expect(fixed.at(0)).toEqual(Float32Array.of(0.5, 0.5));
  fixed.observe(0, new Float32Array(4));
  expect(fixed.at(200)).toEqual(pilot.at(200));
});

it('sigmoidal temperatures rise from 0 to 1, symmetrically, and as float32', () => {
  const temperatures = sigmoidTemperatures(1000);
  expect([temperatures[0], temperatures[1000], temperatures.length]).toEqual([0, 1, 1001]);
  for (const [t, beta] of temperatures.entries()) {
    expect(beta).toBe(Math.fround(beta));
    expect(beta + temperatures[1000 - t]!).toBeCloseTo(1, 6);
    if (t > 0) expect(beta).toBeGreaterThan(temperatures[t - 1]!);
  }
  expect(temperatures[500]! - temperatures[499]!).toBeGreaterThan(5 * temperatures[1]!);
  expect(sigmoidTemperatures(1)).toEqual([0, 1]);
  for (const steepness of [0, 1e-30, 0.99e-6, -1e-6, 1.01e-6]) {
    expect(sigmoidTemperatures(5, steepness)).toEqual(
      [0, 0.2, 0.4, 0.6, 0.8, 1].map((beta) => expect.closeTo(beta, 7)),
    );
  }
  expect(() => sigmoidTemperatures(0)).toThrow(/steps: expected a whole number from 1 to 1048576, got 0/);
});
