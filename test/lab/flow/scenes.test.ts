// The numbers of the scenes against quadrature and known values.
import { describe, expect, it } from 'vitest';
import { boundNow } from '../../../packages/lab/src/page/flow/explorer/bound-now.ts';
import { modelOf } from '../../../packages/lab/src/page/flow/explorer/preset.ts';
import { bases } from '../../../packages/lab/src/page/flow/plane/bases.ts';
import { journey } from '../../../packages/lab/src/page/flow/plane/journey.ts';
import { planarLayerOf, readPlanar } from '../../../packages/lab/src/page/flow/plane/planar-layer.ts';
import { startPoints } from '../../../packages/lab/src/page/flow/plane/start-points.ts';
import { affineMap, exponentialMap, readLine } from '../../../packages/lab/src/page/flow/scenes/line-map.ts';
import {
  areaOf,
  determinant,
  imageOf,
  undoingWords,
  unitSquare,
} from '../../../packages/lab/src/page/flow/scenes/linear-map.ts';
import { tenLayersPreset, twoLayersPreset } from '../../../packages/lab/src/page/flow/scenes/presets.ts';
import { planeTarget } from '../../../packages/lab/src/page/flow/targets/target-choice.ts';

describe('a line', () => {
  it.each([
    ['y = 2z + 1', affineMap(2, 1), 0.4],
    ['y = −½z', affineMap(-0.5, 0), -1],
    ['y = exp(z)', exponentialMap, 0.7],
  ] as const)('under %s keeps the mass of a short interval', (_, map, z) => {
    const { before, behind, imageLength, logDet, slope } = readLine(map, z, 1e-3);
    expect(behind * imageLength).toBeCloseTo(before * 1e-3, 8);
    expect(logDet).toBeCloseTo(Math.log(imageLength / 1e-3), 4);
    expect(slope).toBeCloseTo((map.map(z + 1e-5) - map.map(z - 1e-5)) / 2e-5, 5);
  });

  it('has the numbers of the experiment: log 2 for y = 2z + 1, z for y = exp(z)', () => {
    expect(readLine(affineMap(2, 1), 3, 1).logDet).toBeCloseTo(Math.log(2), 12);
    expect(readLine(exponentialMap, 0.7, 1).logDet).toBeCloseTo(0.7, 12);
  });
});

it.each([
  [{ first: [2, 0.9], second: [0, 1.5] }, 3],
  [{ first: [1, 2], second: [3, -1] }, -7],
  [{ first: [1, 2], second: [-2, -4] }, 0],
] as const)('the image of the square under %j has the area |%d|', (matrix, det) => {
  expect(determinant(matrix)).toBeCloseTo(det, 12);
  expect(areaOf(unitSquare.map((corner) => imageOf(matrix, corner)))).toBeCloseTo(Math.abs(det), 12);
});

it.each([
  [{ first: [0.1, 0.3], second: [0.2, 0.6] }, 'is flat: the map cannot be undone'],
  [{ first: [0.15, 0.35], second: [0.45, 1.05] }, 'is flat: the map cannot be undone'],
  [{ first: [1, 0], second: [1, 0.01] }, 'is nearly flat: the map can be undone'],
  [{ first: [1, 0], second: [1, 1] }, 'keeps the turning direction, and can be undone'],
  [{ first: [0, 1], second: [1, 0] }, 'mirrors the plane'],
] as const)('the words on the map %j say that it %s', (matrix, words) => {
  expect(undoingWords(determinant(matrix))).toContain(words);
});

it('the two layers push apart and pull together, as the scene says', () => {
  const { values } = modelOf(twoLayersPreset.setup, twoLayersPreset.values);
  expect(readPlanar(planarLayerOf(values, 0), [0, 0]).logDet).toBeGreaterThan(0.5);
  expect(readPlanar(planarLayerOf(values, 1), [0, -0.25]).logDet).toBeLessThan(-0.5);
});

it('the ten layers reach the two modes: KL(q‖p) below 0.03 nats', () => {
  const { flow, values } = modelOf(tenLayersPreset.setup, tenLayersPreset.values);
  const start = startPoints(bases.normal, { stride: 1, draws: 4000 }, 7);
  const { kl, error } = boundNow(start, journey(flow, values, start.z), planeTarget(tenLayersPreset.target));
  expect(Math.abs(kl!)).toBeLessThan(0.03);
  expect(error).toBeLessThan(0.01);
});
