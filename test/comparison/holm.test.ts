// Holm's adjustment beside values by hand and the definition of the step-down procedure.
import { holm } from '@flowvae/comparison';
import { expect, it } from 'vitest';

it('holm gives the adjusted values of a worked example in the given order', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  for (const [i, expected] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(expected, 12);
});

it('holm caps at 1 and takes a single value and none', () => {
  expect(holm([0.6, 0.7])).toEqual([1, 1]);
  expect(holm([0.2])).toEqual([0.2]);
  expect(holm([])).toEqual([]);
});

it('holm counts a p-value that is not known as a comparison, and keeps its place', () => {
  expect(holm([0.01, Number.NaN, 0.02])).toEqual([0.03, Number.NaN, 0.04]);
  expect(holm([Number.NaN])).toEqual([Number.NaN]);
});

it('holm rejects at any level the same hypotheses as the sequential procedure', () => {
  const pValues = [0.3, 0.011, 0.02, 0.013, 0.9, 0.001];
  for (const level of [0.001, 0.01, 0.05, 0.07, 0.2, 0.5]) {
    const rejected = new Set<number>();
    const left = new Set(pValues.keys());
    while (left.size > 0) {
      const least = [...left].reduce((a, b) => (pValues[b]! < pValues[a]! ? b : a));
      if (pValues[least]! > level / left.size) break;
      rejected.add(least);
      left.delete(least);
    }
    const adjusted = holm(pValues);
    expect([...pValues.keys()].filter((i) => adjusted[i]! <= level)).toEqual([...rejected].toSorted((a, b) => a - b));
  }
});
