// The Sobol sequence beside SciPy's, and its evenness.
import { MOST_DIMENSIONS, sobolPoints } from '@flowvae/sweeps';
import { expect, it } from 'vitest';

/** Points 37 and 63 of scipy.stats.qmc.Sobol(21, scramble=False), SciPy 1.17.1, times 64. */
const SCIPY: Readonly<Record<number, readonly number[]>> = {
  37: [59, 41, 37, 59, 49, 19, 11, 51, 39, 11, 1, 5, 37, 55, 7, 31, 51, 27, 3, 9, 61],
  63: [1, 51, 23, 29, 55, 9, 37, 9, 53, 37, 27, 43, 35, 49, 21, 49, 5, 25, 61, 15, 15],
};

it('sobolPoints are those of SciPy in all dimensions', () => {
  const points = sobolPoints(64, MOST_DIMENSIONS);
  for (const [i, expected] of Object.entries(SCIPY)) {
    expect(points[Number(i)]!.map((u) => u * 64)).toEqual(expected);
  }
});

it('sobolPoints fill every dyadic interval of every dimension once, with any digital shift', () => {
  const shift = Array.from({ length: MOST_DIMENSIONS }, (_, d) => (0.37 * (d + 1)) % 1);
  for (const points of [sobolPoints(64, MOST_DIMENSIONS), sobolPoints(64, MOST_DIMENSIONS, shift)]) {
    for (let d = 0; d < MOST_DIMENSIONS; d++) {
      const cells = points.map((point) => Math.floor(point[d]! * 64)).toSorted((a, b) => a - b);
      expect(cells).toEqual(Array.from({ length: 64 }, (_, i) => i));
    }
  }
});

it('sobolPoints begin at the shift', () => {
  expect(sobolPoints(1, 2, [0.25, 0.5])).toEqual([[0.25, 0.5]]);
});
