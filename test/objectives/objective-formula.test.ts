// Objectives by name: the objective of each formula, and errors that point at the character.
import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import { makeObjective, parseObjective } from '@flowvae/objectives';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

const list =
  'elbo, elbo-analytic, beta(beta), beta-analytic(beta), free-bits(nats), free-bits-total(nats), iwae(k), renyi(alpha,k), inclusive-kl(k)';

it.each([
  ['elbo', 1, ['path', 'stl'], undefined],
  ['elbo-analytic', 1, ['path'], 'factorised'],
  ['beta(4)', 1, ['path', 'stl'], undefined],
  ['beta-analytic(0.5)', 1, ['path'], 'factorised'],
  ['free-bits(0.1)', 1, ['path'], 'factorised'],
  ['free-bits-total(4)', 1, ['path'], undefined],
  ['iwae(50)', 50, ['path', 'dreg'], undefined],
  ['renyi(0.5)', 5, ['path'], undefined],
  ['renyi(-1e1,7)', 7, ['path'], undefined],
  ['inclusive-kl(3)', 3, ['path'], 'scorable'],
] as const)('%s draws %i times', (formula, draws, gradients, need) => {
  const parsed = parseObjective(formula);
  expect([parsed.gradients, parsed.needs('path')]).toEqual([gradients, need]);
  expect(parsed.objective().draws).toBe(draws);
  expect(parsed.objective({ samples: 3 }).draws).toBe(3 * draws);
  for (const gradient of gradients) expect(parsed.objective({ gradient }).draws).toBe(draws);
  expect(parsed.isTempered).toBe(!formula.startsWith('inclusive-kl'));
});

it.each(['elbo', 'elbo-analytic', 'free-bits(1)', 'free-bits-total(1)', 'iwae(2)', 'inclusive-kl(2)'])(
  '%s takes a model that can do all it needs',
  (formula) => {
    tf.tidy(() => {
      const normal = diagonalNormal({ mean: tf.zeros([1, 2]), logStd: tf.zeros([1, 2]) });
      const likelihood = (z: Tensor2D) => tf.sum<Tensor1D>(z, 1);
      const objective = parseObjective(formula).objective();
      const noise: Tensor2D = tf.zeros([1, 2 * objective.draws]);
      const { terms } = objective.bound({ prior: standardNormal(2), posterior: normal, likelihood }, noise);
      expect(terms.elbo!.dataSync()[0]).toBeCloseTo(0, 6);
    });
  },
);

it.each([
  ['', `one of ${list}, got nothing at character 1`],
  ['elb', `one of ${list}, got 'elb' at character 1`],
  ['elbo-', "the end, got '-' at character 5"],
  ['elbo(3)', "an objective that takes arguments, got '(3)' at character 5"],
  ['iwae', '(k), got nothing at character 5'],
  ['iwae()', 'k from 1 to 10000, got nothing at character 6'],
  ['iwae(0)', "k from 1 to 10000, got '0' at character 6"],
  ['iwae(1.5)', "k from 1 to 10000, got '1.5' at character 6"],
  ['iwae(-5)', 'k from 1 to 10000, got nothing at character 6'],
  ['iwae(5', "')' after k, got nothing at character 7"],
  ['iwae(5,6)', "')' after k, got ',6)' at character 7"],
  ['iwae(5)x', "the end, got 'x' at character 8"],
  ['beta(-1)', "beta from 0 to 1000000, got '-1' at character 6"],
  ['free-bits(much)', "nats from 0 to 1000000, got 'much' at character 11"],
  ['renyi(1)', "alpha other than 1, which is elbo, got '1' at character 7"],
  ['renyi(0.5,0)', "k from 1 to 10000, got '0' at character 11"],
  ['toString', `one of ${list}, got 'toString' at character 1`],
])('%j is refused', (formula, text) => {
  expect(() => parseObjective(formula)).toThrow(`objective '${formula}': expected ${text}`);
});

describe('makeObjective refuses', () => {
  it('a gradient that the objective does not have', () => {
    expect(() => parseObjective('elbo').objective({ gradient: 'dreg' })).toThrow(
      "objective 'elbo': gradient: expected path or stl, got dreg",
    );
  });

  it('a model without a needed ability, at its first use', () => {
    const { logProb: _, ...posterior } = standardNormal(2);
    const model = { prior: standardNormal(2), posterior, likelihood: (z: Tensor2D) => tf.sum(z, 1) };
    tf.tidy(() => {
      const noise: Tensor2D = tf.zeros([3, 2]);
      expect(() =>
        parseObjective('elbo')
          .objective({ gradient: 'stl' })
          .bound(model as never, noise),
      ).toThrow(
        "objective 'elbo': expected a posterior that can be scored at any z, as `gradient` stl needs, got a model that has none; take `gradient` path",
      );
      expect(() =>
        parseObjective('free-bits(1)')
          .objective()
          .bound(model as never, noise),
      ).toThrow(
        "objective 'free-bits(1)': expected a diagonal normal as posterior and the standard normal as prior, got ",
      );
    });
  });
});

describe("makeObjective of a table's own row", () => {
  const right = { schedules: {}, draws: 2, bound: () => ({ loss: tf.scalar(1), terms: {} }) };
  const made = (value: unknown) =>
    makeObjective({
      ...parseObjective('elbo'),
      formula: 'mine',
      name: 'mine',
      row: { make: () => value },
    } as unknown as Parameters<typeof makeObjective>[0]);

  it('is what the row makes', () => {
    expect(made(right).draws).toBe(2);
  });

  it.each([
    [undefined, 'schedules undefined, draws undefined, bound undefined'],
    [null, 'schedules undefined, draws undefined, bound undefined'],
    [{ ...right, draws: 0 }, 'schedules object, draws 0, bound function'],
    [{ ...right, draws: 1.5 }, 'schedules object, draws 1.5, bound function'],
    [{ ...right, bound: 1 }, 'schedules object, draws 2, bound number'],
    [{ ...right, schedules: 1 }, 'schedules number, draws 2, bound function'],
  ])('is refused if it is no objective: %j', (value, received) => {
    expect(() => made(value)).toThrow(
      `objective mine: make: expected an objective, with schedules (object), draws (a whole number from 1) and bound (function), got ${received}`,
    );
  });
});
