// The promises of Sylvester flows beyond the laws.
import { sylvesterOrthogonal, sylvesterTriangular } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';

describe('sylvester-o', () => {
  const [rows, dim] = [50, 20];
  const noise = drawNormal(key(72), rows * dim * 2);
  /** Matrices [rows, dim, 2] from each column's own noise. */
  const kinds: Readonly<Record<string, (own: number, other: number, column: number) => number>> = {
    'Gaussian columns': (own) => own,
    'columns of lengths 1 and 1e-3': (own, _, column) => (column === 0 ? own : 1e-3 * own),
    'columns at an angle of about 1e-3': (own, other, column) => (column === 0 ? own : other + 1e-3 * own),
    'huge columns': (own) => 1e6 * own,
  };

  it.each(Object.entries(kinds))('makes %s orthonormal to 1e-5', (_, entry) => {
    const q = noise.map((own, i) => entry(own, noise[i - (i % 2)]!, i % 2));
    const z = drawNormal(key(73), rows * dim);
    /** With b = 30 tanh is 1, so a diagonal R₁ with 2 at one place and 0 elsewhere moves z by twice that column. */
    const columns = [0, 1].map((column) => {
      const softplusOf = (value: number) => Math.log(Math.exp(value) - 1);
      const { y } = eager(forwardOf(sylvesterOrthogonal(dim, 2)), {
        z: shaped(z, [rows, dim]),
        q: shaped(q, [rows, 1, dim, 2]),
        upper1: shaped([0], [1, 1, 1]),
        upper2: shaped([0], [1, 1, 1]),
        b: shaped([30, 30], [1, 1, 2]),
        diagonal2: shaped([0, 0], [1, 1, 2]),
        product: shaped((column === 0 ? [3, 1] : [1, 3]).map(softplusOf), [1, 1, 2]),
      });
      return y!.map((value, i) => (value - z[i]!) / 2);
    });
    const inner = (a: Float32Array, b: Float32Array) =>
      Array.from({ length: rows }, (__, row) =>
        a.subarray(row * dim, (row + 1) * dim).reduce((sum, value, i) => sum + value * b[row * dim + i]!, 0),
      );
    const [first, second] = columns as [Float32Array, Float32Array];
    const ofAll = (value: number) => new Array<number>(rows).fill(value);
    expect(differences('‖q₁‖²', inner(first, first), ofAll(1), 1e-5)).toEqual([]);
    expect(differences('‖q₂‖²', inner(second, second), ofAll(1), 1e-5)).toEqual([]);
    expect(differences('q₁ᵀq₂', inner(first, second), ofAll(0), 1e-5)).toEqual([]);
  });
});

it.each([-100, 100])(
  'sylvester-t moves no point far, however small or large r₂ is asked to be: diagonal2 = %d',
  (diagonal2) => {
    const flow = sylvesterTriangular(3);
    const { z, ...params } = drawInputs(flow, { scale: 1 });
    const { y, logDet } = eager(forwardOf(flow), {
      ...params,
      z: z!,
      diagonal2: shaped(params.diagonal2!.values.fill(diagonal2), params.diagonal2!.shape),
    });
    const farthest = y!.reduce((far, value, i) => Math.max(far, Math.abs(value - z!.values[i]!)), 0);
    expect(farthest).toBeLessThan(3 * 5 * Math.E ** 2); // three columns of R₁, with |r| below 5
    expect(farthest).toBeGreaterThan(0.1);
    expect(logDet!.every(Number.isFinite)).toBe(true);
  },
);
