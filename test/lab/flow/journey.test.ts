// The way through the layers: against flow.forward, finite areas, and memory; for every family on the plane.
import { parseFlow } from '@flowvae/flows';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { modelOf, type Setup } from '../../../packages/lab/src/page/flow/explorer/preset.ts';
import { bases } from '../../../packages/lab/src/page/flow/plane/bases.ts';
import { exactDensity, scoresAnywhere } from '../../../packages/lab/src/page/flow/plane/exact-density.ts';
import { families } from '../../../packages/lab/src/page/flow/plane/families.ts';
import { between, journey } from '../../../packages/lab/src/page/flow/plane/journey.ts';
import { meshDensity } from '../../../packages/lab/src/page/flow/plane/mesh-density.ts';
import { startPoints } from '../../../packages/lab/src/page/flow/plane/start-points.ts';

const setup: Setup = { family: 'planar', layers: 3, base: 'normal', start: 'drawn', seed: 5 };

describe.each(families.map(({ name }) => name))('the family %s', (family) => {
  const { flow, values } = modelOf({ ...setup, family });
  const z = Float32Array.of(0.4, -0.3, -1.2, 0.9, 0.05, 1.7);

  it('adds up to flow.forward, layer by layer', () => {
    const way = journey(flow, values, z);
    const whole = tf.tidy(() => {
      const params = Object.entries(flow.paramShapes).map(
        ([name, shape]) => [name, tf.tensor(values[name]!, [1, ...shape])] as const,
      );
      const { y, logDet } = flow.forward(Object.fromEntries(params), tf.tensor2d(z, [3, 2]));
      return { y: [...y.dataSync()], logDet: [...logDet.dataSync()] };
    });
    expect(way.layers).toBeGreaterThanOrEqual(1);
    whole.y.forEach((value, i) => {
      expect(way.points.at(-1)![i]).toBeCloseTo(value, 4);
    });
    whole.logDet.forEach((value, i) => {
      expect(way.logDets.at(-1)![i]).toBeCloseTo(value, 4);
    });
  });

  it('has log-dets that are the logs of areas of small squares', () => {
    const h = 1e-3;
    const corners = Float32Array.of(
      0.4,
      -0.3,
      0.4 + h,
      -0.3,
      0.4 + h,
      -0.3 + h,
      0.4,
      -0.3 + h,
      0.4 + h / 2,
      -0.3 + h / 2,
    );
    const way = journey(flow, values, corners);
    const image = way.points.at(-1)!;
    const twice = [0, 1, 2, 3].reduce((sum, i) => {
      const j = (i + 1) % 4;
      return sum + image[2 * i]! * image[2 * j + 1]! - image[2 * j]! * image[2 * i + 1]!;
    }, 0);
    expect(Math.log(Math.abs(twice) / 2 / h ** 2)).toBeCloseTo(way.logDets.at(-1)![4]!, 1);
  });
});

it('the families are those of the table for two dimensions, without pictures', () => {
  expect(families.length).toBeGreaterThan(20);
  for (const { name } of families) expect(() => parseFlow(name, 2)).not.toThrow();
});

it('a place between two layers is a mean of both', () => {
  const stages = [Float32Array.of(0, 10), Float32Array.of(4, 20), Float32Array.of(8, 0)];
  const at = (place: number) => [...between(stages, place, new Float32Array(2))];
  expect(at(0)).toEqual([0, 10]);
  expect(at(0.25)).toEqual([1, 12.5]);
  expect(at(1)).toEqual([4, 20]);
  expect(at(2)).toEqual([8, 0]);
});

describe('the density of the mesh', () => {
  const raster = { size: 50, half: 5 } as const;

  it.each(['affine', 'realnvp', 'radial', 'planar-leaky'] as const)('of %s is that by the inverse', (family) => {
    const model = modelOf({ ...setup, family, layers: 2 });
    expect(scoresAnywhere(model.flow)).toBe(true);
    const start = startPoints(bases.normal, { stride: 6, draws: 1 }, 0);
    const way = journey(model.flow, model.values, start.z);
    const logDensity = start.logBase.map((log, i) => log - way.logDets.at(-1)![i]!);
    const mesh = { side: start.side, points: way.points.at(-1)!, logDensity };
    const drawn = meshDensity(mesh, raster, new Float32Array(raster.size ** 2));
    const middle = (i: number) => -5 + (i + 0.5) * 0.2;
    const points = Float32Array.from({ length: 2 * 2500 }, (_, i) =>
      middle(i % 2 ? Math.floor(i / 100) : (i >> 1) % 50),
    );
    const exact = exactDensity({ ...model, base: bases.normal }, 2, points);
    const top = Math.max(...exact);
    const apart = drawn.map((value, i) => Math.abs(value - exact[i]!) / top);
    // a kink of planar-leaky runs through triangles
    expect(apart.toSorted()[Math.floor(0.97 * apart.length)]).toBeLessThan(0.02);
    expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(0.005);
  });

  it('has mass 1', () => {
    const model = modelOf({ ...setup, family: 'affine', layers: 1 });
    const start = startPoints(bases.square, { stride: 5, draws: 1 }, 0);
    const way = journey(model.flow, model.values, start.z);
    const logDensity = start.logBase.map((log, i) => log - way.logDets.at(-1)![i]!);
    const drawn = meshDensity(
      { side: start.side, points: way.points.at(-1)!, logDensity },
      { size: 200, half: 8 },
      new Float32Array(200 ** 2),
    );
    expect(drawn.reduce((sum, value) => sum + value, 0) * (16 / 200) ** 2).toBeCloseTo(1, 1);
  });
});

it('journeys and densities leave no tensor behind', () => {
  const model = modelOf({ ...setup, family: 'realnvp' });
  const start = startPoints(bases.wide, { stride: 1, draws: 10 }, 0);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 5; i++) {
    journey(model.flow, model.values, start.z);
    exactDensity({ ...model, base: bases.wide }, 2, start.z);
  }
  expect(tf.memory().numTensors).toBe(before);
});
