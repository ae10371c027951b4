// The promises of the planar flow alone: the constraint, an identity start of any length, exact words for wrong shapes.
import { amortised, type Params, type PlanarShapes, planar } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { type Rank, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { startsAsIdentity } from '../laws/flow-laws.ts';
import { keepsConstraint } from '../laws/planar-constraint.ts';
import { constraintMutants, plainPlanar } from '../laws/planar-mutants.ts';

const single = (dim: number) => planar(dim);

describe('the constraint wᵀû > −1', () => {
  it.each([1, 2, 5, 40])('holds on wide draws in dimension %i', (dim) => {
    expect(keepsConstraint(single(dim))).toEqual([]);
  });

  it.each(Object.entries(constraintMutants))('is missed by %s', (_, change) => {
    expect(keepsConstraint(plainPlanar(5))).toEqual([]);
    expect(keepsConstraint(plainPlanar(5, change))).not.toEqual([]);
  });
});

describe.each([1, 2, 5, 40])('a fresh flow in dimension %i', (dim) => {
  it.each([1, 2, 10, 40, 80])('of %i layers is the identity with log-det 0', (layers) => {
    expect(startsAsIdentity(planar(dim, layers))).toEqual([]);
  });

  it('is the identity for every context if its parameters are amortised', () => {
    const flow = planar(dim, 80);
    const source = amortised(flow.paramShapes, flow.initialParams(key(8)), { contextWidth: 7 });
    const z = drawNormal(key(6), 4 * dim);
    tf.tidy(() => {
      const context = tf.tensor2d(
        drawNormal(key(7), 4 * 7).map((value) => 100 * value),
        [4, 7],
      );
      const { y, logDet } = flow.forward(source.at(context), tf.tensor2d(z, [4, dim]));
      expect(differences('y', y.dataSync(), z, 1e-5)).toEqual([]);
      expect(differences('logDet', logDet.dataSync(), [0, 0, 0, 0], 1e-5)).toEqual([]);
    });
    tf.dispose({ ...source.variables });
  });
});

describe('planar refuses', () => {
  const flow = planar(40, 8);
  const params = { w: [1, 8, 40], u: [100, 8, 40], b: [1, 8] };
  const said = (direction: 'forward' | 'inverse', z: readonly number[], changed: Partial<typeof params> = {}) =>
    tf.tidy(() => {
      const tensors = Object.entries({ ...params, ...changed }).map(([name, shape]) => [name, tf.zeros(shape)]);
      try {
        flow[direction](
          Object.fromEntries(tensors) as Params<PlanarShapes>,
          tf.zeros<Rank.R2>([...z] as [number, number]),
        );
      } catch (error) {
        return String(error);
      }
      return 'nothing';
    });

  it.each([
    ['z of another width', said('forward', [100, 39]), 'planar.forward: z: expected [batch, 40], got [100, 39]'],
    ['z without a batch', said('forward', [40]), 'planar.forward: z: expected [batch, 40], got [40]'],
    ['y of another width', said('inverse', [100, 41]), 'planar.inverse: y: expected [batch, 40], got [100, 41]'],
    [
      'w of another batch',
      said('forward', [100, 40], { w: [99, 8, 40] }),
      'planar.forward: w: expected [100 or 1, 8, 40], got [99, 8, 40]',
    ],
    [
      'u of fewer layers',
      said('forward', [100, 40], { u: [1, 7, 40] }),
      'planar.forward: u: expected [100 or 1, 8, 40], got [1, 7, 40]',
    ],
    [
      'b with an axis too many',
      said('inverse', [100, 40], { b: [1, 8, 1] }),
      'planar.inverse: b: expected [100 or 1, 8], got [1, 8, 1]',
    ],
  ])('%s', (_, message, expected) => {
    expect(message).toBe(`ShapeError: ${expected}`);
  });

  it('no right shapes', () => {
    expect(said('forward', [100, 40])).toBe('nothing');
    expect(said('inverse', [100, 40])).toBe('nothing');
  });
});

it('planar declares its name, width and shapes', () => {
  expect(planar(2)).toMatchObject({ name: 'planar', dim: 2, paramShapes: { w: [1, 2], u: [1, 2], b: [1] } });
  expect(planar(3, 10)).toMatchObject({ name: 'planar*10', dim: 3, paramShapes: { w: [10, 3], u: [10, 3], b: [10] } });
});
