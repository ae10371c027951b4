// R̂, effective sample sizes and Monte Carlo errors: ArviZ gets the same numbers, and the errors are those of repeated
// runs.
import { bulkEss, deviationError, meanError, meanEss, rHat, tailEss } from '@flowvae/inference';
import { drawNormal, fold, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../packages/inference/src/diagnostics/normal-quantile.ts';
import { readCommitted } from '../reference/committed-json.ts';
import { type ChainRecipe, madeChains } from './made-chains.ts';

const measures = { rHat, bulkEss, tailEss, meanEss, meanError, deviationError };
type Measure = keyof typeof measures;
type ChainCase = ChainRecipe & Readonly<Record<Measure, number | null>>;

const { cases } = readCommitted<{ readonly cases: readonly ChainCase[] }>('chain-diagnostics');
const titleOf = ({ kind, chains, draws, phi }: ChainRecipe) => `${kind}, ${chains} x ${draws}, φ = ${phi}`;

/** Normal chains x_t = φ·x_{t−1} + √(1 − φ²)·ε_t, stationary with variance 1. */
const stationary = (phi: number, chains: number, draws: number, seed: number) =>
  Array.from({ length: chains }, (_, c) => {
    const noise = Float64Array.from(drawNormal(fold(key(31), seed, c), draws));
    for (let i = 1; i < draws; i++) noise[i] = phi * noise[i - 1]! + Math.sqrt(1 - phi * phi) * noise[i]!;
    return noise;
  });

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
};

describe.each(cases.map((given) => [titleOf(given), given] as const))('chains: %s', (_, given) => {
  const chains = madeChains(given);
  it.each(Object.keys(measures) as Measure[])('have the %s of ArviZ', (name) => {
    const [found, wanted] = [measures[name](chains), given[name]];
    if (wanted === null) expect(found).toBeNaN();
    else expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-10 * Math.abs(wanted));
  });
});

it('the cases of ArviZ have values and none, so that neither can be the rule', () => {
  const values = cases.flatMap((given) => (Object.keys(measures) as Measure[]).map((name) => given[name]));
  expect(values.filter((value) => value === null).length).toBeGreaterThan(10);
  expect(values.filter((value) => value !== null).length).toBeGreaterThan(80);
});

describe.each([-0.4, 0, 0.8])('Monte Carlo errors of chains with φ = %d', (phi) => {
  const repeats = Array.from({ length: 200 }, (_, seed) => stationary(phi, 4, 500, seed));

  it('of the mean are those of repeated runs', () => {
    const truth = deviation(repeats.map((chains) => mean(chains.flatMap((chain) => [...chain]))));
    const ratio = mean(repeats.map(meanError)) / truth;
    expect(ratio).toBeGreaterThan(0.85); // 200 repeats know a deviation to 5 %
    expect(ratio).toBeLessThan(1.18);
  });

  it('of the standard deviation are those of repeated runs', () => {
    const truth = deviation(repeats.map((chains) => deviation(chains.flatMap((chain) => [...chain]))));
    const ratio = mean(repeats.map(deviationError)) / truth;
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.18);
  });
});

it('Monte Carlo errors of strongly antithetic chains: of the mean too large by the limit S·log₁₀ S, of σ those of repeated runs', () => {
  const [phi, all] = [-0.9, 2000];
  const repeats = Array.from({ length: 200 }, (_, seed) => stationary(phi, 4, all / 4, seed));
  const means = repeats.map((chains) => mean(chains.flatMap((chain) => [...chain])));
  const limited = Math.sqrt((1 - phi) / (1 + phi) / Math.log10(all));
  expect(Math.abs(mean(repeats.map(meanError)) / deviation(means) / limited - 1)).toBeLessThan(0.15);
  const deviations = repeats.map((chains) => deviation(chains.flatMap((chain) => [...chain])));
  expect(mean(repeats.map(deviationError)) / deviation(deviations)).toBeGreaterThan(0.85);
});

describe('R̂', () => {
  it('is near 1 for chains that agree, and not where they differ in place or only in scale', () => {
    const agreeing = stationary(0.3, 4, 1000, 1);
    expect(rHat(agreeing)).toBeLessThan(1.01);
    expect(rHat(agreeing.map((chain, c) => chain.map((value) => value + 0.3 * c)))).toBeGreaterThan(1.05);
    expect(rHat(agreeing.map((chain, c) => chain.map((value) => value * (1 + c))))).toBeGreaterThan(1.05);
  });

  it('of one chain finds a drift', () => {
    const [chain] = stationary(0, 1, 400, 2);
    expect(rHat([chain!])).toBeLessThan(1.02);
    expect(rHat([chain!.map((value, i) => value + i / 200)])).toBeGreaterThan(1.1);
  });

  it('and ESS do not change under an increasing map of the draws', () => {
    const chains = stationary(0.5, 4, 300, 3);
    const moved = chains.map((chain) => chain.map((value) => Math.exp(3 * value)));
    expect([rHat(moved), bulkEss(moved)].map(Number)).not.toEqual([1, 1]);
    expect(bulkEss(moved)).toBe(bulkEss(chains));
    expect(tailEss(moved)).toBeCloseTo(tailEss(chains), 6);
    expect(meanEss(moved)).not.toBeCloseTo(meanEss(chains), 0);
  });
});

it.each([
  ['none', [], 'none'],
  [
    'different lengths',
    [
      [1, 2, 3, 4],
      [1, 2, 3],
    ],
    'lengths 4, 3',
  ],
])('rHat refuses %s', (_, chains, received) => {
  expect(() => rHat(chains)).toThrow(`rHat: chains: expected one or more chains of one length, got ${received}`);
});

it('normalQuantile inverts the distribution function at known points', () => {
  const known = [
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.1, -1.2815515655446004],
    [1e-10, -6.361340902404056],
    [1e-100, -21.273453560965322], // in the outer tail
    [0.8413447460685429, 1],
  ] as const;
  for (const [p, z] of known) expect(normalQuantile(p)).toBeCloseTo(z, 11);
  expect([0, 1, -0.1, 1.1].map(normalQuantile)).toEqual([-Infinity, Infinity, Number.NaN, Number.NaN]);
});
