// Toys: the density is one, the entropy is its own, and the draws follow it.
import { type Toy, toys } from '@flowvae/datasets';
import { key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';

/** Midpoints of a square grid over ±side, and the area of a cell. */
function grid(side: number, cells: number): { points: [number, number][]; area: number } {
  const step = (2 * side) / cells;
  const axis = Array.from({ length: cells }, (_, i) => -side + step * (i + 0.5));
  return { points: axis.flatMap((x) => axis.map((y) => [x, y] as [number, number])), area: step * step };
}

/** ∫ p and −∫ p·log p over a square that holds all of it. */
function integrals(toy: Toy, cells: number) {
  const { points, area } = grid(toy.reach + 1.5, cells);
  return points.reduce(
    ({ mass, entropy }, [x, y]) => {
      const log = toy.logDensity(x, y);
      const p = Math.exp(log) * area;
      return { mass: mass + p, entropy: entropy - (p > 0 ? p * log : 0) };
    },
    { mass: 0, entropy: 0 },
  );
}

const COUNT = 20_000;

/** χ² of the counts in squares of a coarse grid against the density there, per square that expects 20 or more. */
function chiSquare(toy: Toy, points: Float32Array): number {
  const cells = 24;
  const side = toy.reach + 1.2;
  const step = (2 * side) / cells;
  const counts = new Float64Array(cells * cells);
  for (let i = 0; i < points.length; i += 2) {
    const [column, row] = [points[i]!, points[i + 1]!].map((value) => Math.floor((value + side) / step));
    counts[row! * cells + column!]!++;
  }
  const fine = 12; // midpoints in a square, each way
  const inSquare = Array.from({ length: fine }, (_, i) => (step * (i + 0.5)) / fine);
  const expected = Array.from(counts, (_, cell) => {
    const [x, y] = [-side + step * (cell % cells), -side + step * Math.floor(cell / cells)];
    const densities = inSquare.flatMap((dx) => inSquare.map((dy) => Math.exp(toy.logDensity(x + dx, y + dy))));
    return ((points.length / 2) * step * step * densities.reduce((a, b) => a + b, 0)) / fine ** 2;
  });
  const judged = expected.flatMap((value, cell) => (value >= 20 ? [(counts[cell]! - value) ** 2 / value] : []));
  expect(judged.length).toBeGreaterThan(40);
  return judged.reduce((a, b) => a + b, 0) / judged.length;
}

describe.each(Object.entries(toys) as [string, Toy][])('%s', (name, toy) => {
  const points = toy.sample(key(1), COUNT);

  it('has a density of mass 1 and the entropy that it states', () => {
    // a grid that halves the squares of the checkerboard, so that their edges lie between points
    const { mass, entropy } = integrals(toy, name === 'twoMoons' ? 120 : name === 'checkerboard' ? 132 : 300);
    expect(mass).toBeCloseTo(1, 4);
    expect(entropy).toBeCloseTo(toy.entropy, 4);
  });

  it('has a density that is nowhere infinite', () => {
    for (const [x, y] of [
      [0, 0],
      [0, 1e-300],
      [2, 0],
      [0, -2],
    ] as const) {
      expect(toy.logDensity(x, y)).toBeLessThan(5);
    }
  });

  it('draws points whose mean log-density is minus the entropy', () => {
    const count = name === 'twoMoons' ? 2000 : COUNT;
    const logs = Array.from({ length: count }, (_, i) => toy.logDensity(points[2 * i]!, points[2 * i + 1]!));
    const mean = logs.reduce((sum, value) => sum + value / count, 0);
    const deviation = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2 / count, 0));
    expect(Math.abs(mean + toy.entropy)).toBeLessThan((4 * deviation) / Math.sqrt(count) + 1e-9);
  });

  it('draws points as dense as it says, and a sample moved by a tenth is noticed', () => {
    expect(chiSquare(toy, points)).toBeLessThan(1.6);
    expect(
      chiSquare(
        toy,
        points.map((value) => 0.9 * value + 0.1),
      ),
    ).toBeGreaterThan(3);
  });

  it('depends on the key, and a longer draw begins with the shorter', () => {
    expect(toy.sample(key(1), 7)).toEqual(points.slice(0, 14));
    expect(toy.sample(key(2), 7)).not.toEqual(points.slice(0, 14));
  });

  it('lies within its reach', () => {
    const outside = points.filter((value) => Math.abs(value) > toy.reach).length;
    expect(outside / points.length).toBeLessThan(1e-3);
  });
});
