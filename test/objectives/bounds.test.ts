// Bounds as values on models with known evidence: tight at the exact posterior, in expectation equal to enumeration and
// quadrature elsewhere.
import { diagonalNormal, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import {
  betaVae,
  elbo,
  type FactorisedModel,
  freeBits,
  freeBitsInTotal,
  inclusiveKl,
  iwae,
  type LatentModel,
  type Objective,
  renyi,
  type ScorableModel,
} from '@flowvae/objectives';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { readCommitted } from '../reference/committed-json.ts';
import type { LinearGaussianReference } from '../reference/linear-gaussian.ts';
import { conjugateNormal, conjugateNormalModel } from './conjugate-normal-model.ts';
import { discreteLatent, discreteLatentModel, discretePosteriors } from './discrete-latent-model.ts';
import { estimate, misses, noiseFor } from './estimates.ts';
import { latentModel, linearGaussians, posteriors } from './linear-gaussian-model.ts';

/** Loss and terms as numbers. */
function valuesOf<M extends LatentModel>(objective: Objective<M>, makeModel: () => M, rows: number, seed = 1) {
  return tf.tidy(() => {
    const model = makeModel();
    const { loss, terms } = objective.bound(
      model,
      noiseFor(objective as Objective<never>, model.posterior, rows, seed),
    );
    const read = Object.entries(terms).map(([name, term]) => [name, Array.from(term.dataSync())]);
    return { loss: loss.dataSync()[0]!, terms: Object.fromEntries(read) as Record<string, number[]> };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const conjugateAt =
  (q: { readonly mean: number; readonly sd: number }, rows = 1) =>
  () =>
    conjugateNormalModel(
      diagonalNormal({ mean: tf.fill([rows, 1], q.mean), logStd: tf.fill([rows, 1], Math.log(q.sd)) }),
    );

/** Models at their exact posteriors: one row for each data point. */
const tight: readonly (readonly [string, () => ScorableModel, readonly number[]])[] = [
  ...linearGaussians.map((given) => {
    const points = Array.from({ length: given.batch }, (_, i) => i);
    return [given.name, () => latentModel(given, points, posteriors.exact(given, points)), given.logEvidence] as const;
  }),
  ['conjugate normal', conjugateAt(conjugateNormal.posterior, 3), [1, 1, 1].map(() => conjugateNormal.logEvidence)],
  [
    'discrete latent',
    () => {
      const posterior = discretePosteriors.exact([0, 1, 2, 3]);
      return { ...discreteLatentModel([0, 1, 2, 3], posterior), posterior };
    },
    discreteLatent.logEvidence,
  ],
];

const bounds: readonly (readonly [string, Objective<ScorableModel>, string])[] = [
  ['elbo', elbo(), 'elbo'],
  ['elbo, stl', elbo({ gradient: 'stl' }), 'elbo'],
  ['elbo, four samples', elbo({ samples: 4 }), 'elbo'],
  ['beta(1)', betaVae(1), 'elbo'],
  ['iwae(5)', iwae(5), 'iwae'],
  ['iwae(5), two samples', iwae(5, { samples: 2 }), 'iwae'],
  ['iwae(5), dreg', iwae(5, { gradient: 'dreg' }), 'iwae'],
  ['renyi(0.5,3)', renyi(0.5, 3), 'renyi'],
  ['renyi(-1,3)', renyi(-1, 3), 'renyi'],
  ['renyi(3,2)', renyi(3, 2), 'renyi'],
];

describe.each(tight)('a bound at the exact posterior of %s', (_, makeModel, logEvidence) => {
  it.each(bounds)('is log p(x) at every point, for any noise: %s', (__, objective, term) => {
    const { loss, terms } = valuesOf(objective, makeModel, logEvidence.length, 7);
    expect(differences(term, terms[term]!, logEvidence, 3e-5)).toEqual([]);
    expect(differences('loss', [loss], [-mean(logEvidence)], 3e-5)).toEqual([]);
  });

  it('has the inclusive divergence 0', () => {
    const { loss, terms } = valuesOf(inclusiveKl(6), makeModel, logEvidence.length);
    expect(differences('loss', [loss, ...terms.inclusiveKl!], [0, ...logEvidence.map(() => 0)], 3e-5)).toEqual([]);
  });
});

const ROWS = 4000;

/** The expectation of an objective's term. */
const expected = (objective: Objective<ScorableModel>, term: string, makeModel: () => ScorableModel, rows = ROWS) =>
  estimate(valuesOf(objective, makeModel, rows).terms[term]!);

describe('the expectations of bounds', () => {
  it.each([0, 1, 2, 3])('equal enumeration, point %i of the discrete latent', (point) => {
    const makeModel = () => {
      const posterior = discretePosteriors.wrong([point]);
      return { ...discreteLatentModel([point], posterior), posterior };
    };
    const truth = discreteLatent.bounds[point]!;
    expect(misses('elbo', expected(elbo(), 'elbo', makeModel), truth.elbo)).toEqual([]);
    expect(misses('iwae(2)', expected(iwae(2), 'iwae', makeModel), truth.iwae2)).toEqual([]);
    expect(misses('iwae(5)', expected(iwae(5), 'iwae', makeModel), truth.iwae5)).toEqual([]);
    expect(misses('renyi', expected(renyi(0.5, 2), 'renyi', makeModel), truth.renyi2)).toEqual([]);
    // mutants: the mean of logs, a bound of other draws, and α for 1 − α
    expect(misses('iwae(5)', expected(elbo({ samples: 5 }), 'elbo', makeModel), truth.iwae5)).not.toEqual([]);
    expect(misses('iwae(5)', expected(iwae(2), 'iwae', makeModel), truth.iwae5)).not.toEqual([]);
    expect(misses('renyi', expected(renyi(-0.5, 2), 'renyi', makeModel), truth.renyi2)).not.toEqual([]);
  });

  it.each(conjugateNormal.cases.map((given) => [given.name, given] as const))(
    'equal quadrature, conjugate normal: %s',
    (_, given) => {
      const makeModel = conjugateAt(given);
      expect(misses('elbo', expected(elbo(), 'elbo', makeModel), given.elbo.value)).toEqual([]);
      expect(misses('iwae', expected(iwae(2), 'iwae', makeModel), given.iwae2.value)).toEqual([]);
      expect(misses('renyi', expected(renyi(0.5, 2), 'renyi', makeModel), given.renyi2.value)).toEqual([]);
    },
  );

  it('rise with k: L₁ ≤ L₅ ≤ L₅₀ ≤ log p(x)', () => {
    const given = linearGaussians[0]!;
    const makeModel = () => latentModel(given, [0], posteriors.wrong(given, [0]));
    const rising = [1, 5, 50].map((k) => expected(iwae(k), 'iwae', makeModel, 20_000 / k));
    const gaps = [...rising, { mean: given.logEvidence[0]!, standardError: 0 }];
    for (let i = 0; i < 3; i++) {
      const error = Math.hypot(gaps[i]!.standardError, gaps[i + 1]!.standardError);
      expect(gaps[i + 1]!.mean - gaps[i]!.mean).toBeGreaterThan(-4.5 * error);
    }
    expect(rising[1]!.mean - rising[0]!.mean).toBeGreaterThan(20 * rising[0]!.standardError);
  });
});

it('iwae(1) is the ELBO under one key, and renyi(α,1) for every α', () => {
  const makeModel = conjugateAt(conjugateNormal.cases[1]!, 50);
  const plain = valuesOf(elbo(), makeModel, 50);
  for (const [name, objective] of [
    ['iwae', iwae(1)],
    ['iwae', iwae(1, { gradient: 'dreg' })],
    ['renyi', renyi(0.3, 1)],
  ] as const) {
    const { loss, terms } = valuesOf(objective, makeModel, 50);
    expect(differences('loss', [loss], [plain.loss], 1e-6)).toEqual([]);
    expect(differences(name, terms[name]!, plain.terms.elbo!, 1e-6)).toEqual([]);
    expect(terms.elbo).toEqual(plain.terms.elbo);
  }
});

describe('renyi(α,5) of log-weights far from 0, near α = 1', () => {
  const [rows, k] = [20, 5];
  const far = (count: number) => () => {
    const model = conjugateAt(conjugateNormal.cases[1]!, count)();
    return { ...model, likelihood: (z: Tensor2D): Tensor1D => tf.sub(model.likelihood(z), 100) };
  };
  const logWeights = valuesOf(iwae(1), far(rows * k), rows * k).terms.iwae!;
  const exact = (power: number) =>
    Array.from({ length: rows }, (_, i) => {
      const own = logWeights.slice(i * k, (i + 1) * k);
      const centre = mean(own);
      return centre + Math.log1p(mean(own.map((x) => Math.expm1(power * (x - centre))))) / power;
    });

  it.each([0.2, 0.09, 1e-2, 1e-3, 1e-5, 1e-8, 1e-15])('is right at 1 ± %d', (step) => {
    const truth = [step, -step].map((power) => exact(power));
    for (const [i, alpha] of [1 - step, 1 + step].entries()) {
      const { terms } = valuesOf(renyi(alpha, k), far(rows), rows);
      expect(differences('renyi', terms.renyi!, truth[i]!, 3e-7)).toEqual([]); // 3e-5 nats
    }
  });

  it('falls with α, and ends at the ELBO', () => {
    const alphas = [0.5, 0.9, 0.99, 0.999, 1 - 1e-6, 1 + 1e-6, 1.001, 1.01, 1.1, 1.5];
    const means = alphas.map((alpha) => mean(valuesOf(renyi(alpha, k), far(rows), rows).terms.renyi!));
    for (let i = 1; i < means.length; i++) expect(means[i]! - means[i - 1]!).toBeLessThan(2e-5);
    for (const i of [4, 5]) expect(Math.abs(means[i]! - mean(logWeights))).toBeLessThan(2e-5);
  });
});

const { correlation } = readCommitted<LinearGaussianReference>('linear-gaussian');

/** The target N(0, [[1, r], [r, 1]]) with the best diagonal posterior; log p(x) = 0. */
const correlated = (r: number, variance: number) => (): FactorisedModel => {
  const logTarget = (z: Tensor2D): Tensor1D => {
    const [a, b] = tf.split(z, 2, 1) as [Tensor2D, Tensor2D];
    const quadratic = tf.sub(tf.add(tf.square(a), tf.square(b)), tf.mul(tf.mul(a, b), 2 * r));
    const normaliser = Math.log(2 * Math.PI) + 0.5 * Math.log1p(-r * r);
    return tf.sub(tf.mul(tf.squeeze<Tensor1D>(quadratic, [1]), -0.5 / (1 - r * r)), normaliser);
  };
  const prior = standardNormal(2);
  const logStd = tf.fill([1, 2], 0.5 * Math.log(variance)) as Tensor2D;
  return {
    prior,
    posterior: diagonalNormal({ mean: tf.zeros([1, 2]), logStd }),
    likelihood: (z) => tf.sub(logTarget(z), prior.logProb(z)),
  };
};

it.each(correlation.r.map((r, i) => [r, i] as const))(
  'a diagonal posterior misses a correlation of %d by −½ ln(1 − ρ²)',
  (r, i) => {
    const makeModel = correlated(r, correlation.variance[i]!);
    expect(misses('elbo', expected(elbo(), 'elbo', makeModel), -correlation.kl[i]!)).toEqual([]);
    expect(
      misses(
        'analytic',
        estimate(valuesOf(elbo({ kl: 'analytic' }), makeModel, ROWS).terms.elbo!),
        -correlation.kl[i]!,
      ),
    ).toEqual([]);
  },
);

describe('the divergence in closed form', () => {
  const given = linearGaussians[0]!;
  const points = [0, 1, 2, 3];
  const makeModel = (): FactorisedModel & ScorableModel => {
    const { likelihood, posterior } = latentModel(given, points, posteriors.wrong(given, points));
    return { prior: standardNormal(given.latent), likelihood, posterior };
  };
  const lossOf = (objective: Objective<FactorisedModel & ScorableModel>, samples: number) =>
    Array.from({ length: 30 }, (_, seed) => valuesOf(objective, makeModel, points.length, samples + seed).loss);

  it.each([1, 4])('beta(%d) has the same expectation, sampled or not', (beta) => {
    const analytic = estimate(lossOf(betaVae(beta, { kl: 'analytic', samples: 50 }), 100));
    const sampled = estimate(lossOf(betaVae(beta, { samples: 50 }), 200));
    const error = Math.hypot(analytic.standardError, sampled.standardError);
    expect(misses('loss', { mean: analytic.mean, standardError: error }, sampled.mean)).toEqual([]);
  });

  it('free bits: without a floor it is the ELBO; a floor above every divergence replaces it', () => {
    const { terms } = valuesOf(elbo({ kl: 'analytic' }), makeModel, points.length);
    const { dim, kls } = tf.tidy(() => {
      const kl = makeModel().posterior.klPerDimension();
      return { dim: kl.shape[1], kls: Array.from(tf.mean(kl, 0).dataSync()) };
    });
    const logLikelihood = mean(terms.logLikelihood!);
    const floored = (nats: number) => kls.reduce((sum, kl) => sum + Math.max(nats, kl), 0) - logLikelihood;
    const middle = mean(kls);
    for (const nats of [0, middle, 1e4]) {
      expect(
        differences('loss', [valuesOf(freeBits(nats), makeModel, points.length).loss], [floored(nats)], 1e-5),
      ).toEqual([]);
    }
    expect(floored(0)).toBeCloseTo(-mean(terms.elbo!), 3);
    expect(floored(1e4)).toBeCloseTo(dim * 1e4 - logLikelihood, 0);
    expect(Math.min(...kls)).toBeLessThan(middle);
  });

  it('free bits in total: the floor is of the sum', () => {
    const { loss, terms } = valuesOf(elbo(), makeModel, points.length);
    const logLikelihood = mean(terms.logLikelihood!);
    const total = (nats: number) => valuesOf(freeBitsInTotal(nats), makeModel, points.length).loss;
    expect(total(0)).toBeCloseTo(loss, 4);
    expect(total(1e4)).toBeCloseTo(1e4 - logLikelihood, 1);
  });
});

it('a model without the abilities of an objective is refused by its type', () => {
  const any = (objective: Objective): number => objective.draws;
  // @ts-expect-error a posterior that can only be drawn from
  any(elbo({ gradient: 'stl' }));
  // @ts-expect-error
  any(iwae(2, { gradient: 'dreg' }));
  // @ts-expect-error a posterior whose divergence is not known
  any(elbo({ kl: 'analytic' }));
  // @ts-expect-error
  any(freeBits(1));
  // @ts-expect-error
  any(inclusiveKl(2));
  // @ts-expect-error dreg is of iwae, stl of elbo
  expect(() => elbo({ gradient: 'dreg' })).not.toThrow();
  const scorable = (objective: Objective<LatentModel & { posterior: Samplable & Scorable }>) => objective.draws;
  expect(scorable(elbo({ gradient: 'stl', samples: 3 })) + any(freeBitsInTotal(1)) + any(iwae(4, { samples: 2 }))).toBe(
    12,
  );
});

it.each([
  [() => iwae(0), 'iwae: k: expected a whole number, 1 or more, got 0'],
  [() => elbo({ samples: 1.5 }), 'elbo: samples: expected a whole number, 1 or more, got 1.5'],
  [() => renyi(1, 2), 'renyi: alpha: expected a number other than 1, where the bound is the ELBO, got 1'],
  [() => betaVae(-1), 'betaVae: beta: expected a number, 0 or more, got -1'],
  [() => freeBits(Number.NaN), 'freeBits: nats: expected a number, 0 or more, got NaN'],
])('numbers that make no sense are refused', (make, text) => {
  expect(make).toThrow(text);
});

it('noise of another width is refused', () => {
  tf.tidy(() => {
    const model = conjugateAt(conjugateNormal.posterior, 2)();
    expect(() => iwae(5).bound(model, tf.zeros([2, 4]))).toThrow('iwae: noise: expected [batch, 5], got [2, 4]');
  });
});
