// The numbers of the change of variables, computed again and compared with closed forms and with the committed file.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lineExamples } from '../../experiments/change-of-variables/line-examples.ts';
import { linearExample, squareAndImage } from '../../experiments/change-of-variables/linear-map.ts';
import { planarExample } from '../../experiments/change-of-variables/planar-layers.ts';
import { moonsExample } from '../../experiments/change-of-variables/two-moons.ts';
import { differences } from '../laws/comparison.ts';

const folder = new URL('../../experiments/change-of-variables/results/', import.meta.url);
const committed = JSON.parse(readFileSync(new URL('change-of-variables.json', folder), 'utf8'));

describe('change of variables', () => {
  it('on the line gives the densities of N(1, 4) and of the log-normal', () => {
    const examples = lineExamples();
    expect(examples.map(({ name, mass }) => ({ name, mass: Number(mass.toFixed(3)) }))).toEqual([
      { name: 'affine', mass: 1 },
      { name: 'exponential', mass: 0.997 }, // Φ(log 15.005)
    ]);
    for (const { name, points, mass } of examples) {
      const [byFlow, closedForm] = (['byFlow', 'closedForm'] as const).map((of) => points.map((point) => point[of]));
      expect(Math.max(...closedForm!)).toBeGreaterThan(0.19);
      expect(differences(name, byFlow!, closedForm!, 2e-6)).toEqual([]);
      const found = committed.lines.find((line: { name: string }) => line.name === name);
      expect(found.mass).toBeCloseTo(mass, 5);
    }
    const affine = examples[0]!.points.find(({ x }) => x === 1)!;
    expect(affine.byFlow).toBeCloseTo(1 / (2 * Math.sqrt(2 * Math.PI)), 6);
  });

  it('of a linear map has the volume of the parallelepiped, the determinant of a triangle', () => {
    for (const [dim, determinant] of [
      [2, 2 * 1.5],
      [3, 2 * 1.5 * 0.5],
    ] as const) {
      const { edges, volume, byFlow } = linearExample(dim);
      expect(edges.flat().filter((entry) => entry !== 0).length).toBe((dim * (dim + 1)) / 2); // no diagonal matrix
      expect(differences('volumes', [volume, byFlow], [determinant, determinant], 1e-6)).toEqual([]);
      const found = committed.linear.find((each: { dim: number }) => each.dim === dim);
      expect(differences('committed', [found.volume, found.byFlow], [volume, byFlow], 2e-6)).toEqual([]);
    }
    const { image } = squareAndImage();
    const [first, second] = linearExample(2).edges as [number[], number[]];
    const corner = [first[0]! + second[0]!, first[1]! + second[1]!];
    expect(differences('far corner', image.slice(-2), corner, 1e-6)).toEqual([]);
  });

  it.each([2, 10])(
    'through %i planar layers keeps the mass, and has one log-det in both directions',
    async (layers) => {
      const { mass, forwardLogDet, inverseLogDet } = await planarExample(layers, 120);
      expect(Math.abs(mass - 1)).toBeLessThan(0.01); // coarser cells than those of the picture
      expect(Math.abs(forwardLogDet)).toBeGreaterThan(0.005);
      expect(inverseLogDet).toBeCloseTo(forwardLogDet, 4);
      const found = committed.planar.find((each: { layers: number }) => each.layers === layers);
      expect(found.forwardLogDet).toBeCloseTo(forwardLogDet, 4);
      expect(Math.abs(found.mass - 1)).toBeLessThan(1e-4);
    },
  );

  it('by a chain turns a normal into two moons, and no density is better than the truth', async () => {
    const { heldOut, standardError, supremum, clouds } = await moonsExample(60);
    expect(clouds.length).toBe(5);
    expect(clouds[1]).not.toEqual(clouds[0]);
    expect(heldOut).toBeLessThan(supremum + 4 * standardError);
    expect(heldOut).toBeGreaterThan(supremum - 1); // the normal itself is 1.47 below
    const { moons } = committed;
    expect(moons.supremum).toBeCloseTo(supremum, 5);
    expect(moons.heldOut).toBeGreaterThan(heldOut);
    expect(moons.heldOut).toBeLessThan(supremum + 4 * moons.standardError);
  });
});
