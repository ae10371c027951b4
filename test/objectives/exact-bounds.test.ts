// Bounds of given log-weights against the formulas by hand: far apart, tempered, under floors.
import { diagonalNormal } from '@flowvae/distributions';
import {
  annealJoint,
  betaVae,
  elbo,
  type FactorisedModel,
  freeBits,
  freeBitsInTotal,
  inclusiveKl,
  iwae,
  type Objective,
  renyi,
  type ScorableModel,
  scoreDraw,
  warmUpKl,
} from '@flowvae/objectives';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { boundAt, givenLogWeights } from './given-densities.ts';

/** (1/p) log (1/k) Σ exp(p·x) in float64, around its largest exponent. */
function powerMean(x: readonly number[], power: number): number {
  const exponents = x.map((value) => power * value);
  const largest = Math.max(...exponents);
  const sum = exponents.reduce((total, exponent) => total + Math.exp(exponent - largest), 0);
  return (largest + Math.log(sum / x.length)) / power;
}

it.each([-1, 0, 0.5, 0.95, 1.05, 1.5, 3])('renyi(%d,4) is right for log-weights hundreds of nats apart', (alpha) => {
  const logWeights = [-700, -30, 3, 500];
  const { loss, terms } = boundAt(renyi(alpha, 4), () => givenLogWeights(logWeights));
  const expected = powerMean(logWeights, 1 - alpha);
  expect(differences('renyi', terms.renyi!, [expected], 1e-6)).toEqual([]);
  expect(differences('loss', [loss], [-expected], 1e-6)).toEqual([]);
});

it('iwae(2) averages its bounds, not its weights, over samples', () => {
  const { loss, terms } = boundAt(iwae(2, { samples: 2 }), () => givenLogWeights([1, 3, -200, 100]));
  const expected = (powerMean([1, 3], 1) + powerMean([-200, 100], 1)) / 2;
  expect(differences('iwae', [...terms.iwae!, -loss], [expected, expected], 1e-6)).toEqual([]);
  expect(differences('elbo', terms.elbo!, [-24], 1e-6)).toEqual([]);
});

/** KL = 0, and no entropy where it stands alone: log p(x|z) = −5, three dimensions. */
const collapsed = () => givenLogWeights([-5], 3);
const entropy = 0.5 * Math.log(2 * Math.PI * Math.E);

it.each([
  ['without tempering', undefined, 3 * 2 + 5],
  ['under annealJoint, which leaves log q alone', annealJoint, 3 * 2 + 0.25 * 5],
  ['under warmUpKl, which tempers log q', warmUpKl, 0.25 * 3 * 2 + 5],
] as const)('freeBits holds the floor of log q %s', (_, tempering, expected) => {
  const options = tempering ? { tempering: tempering(() => 1) } : {};
  const { loss } = boundAt(freeBits(2, options), collapsed, { beta: 0.25 });
  expect(loss).toBeCloseTo(expected, 5);
});

it('freeBits takes each dimension by itself, and c·E log q − b·E log p above the floor', () => {
  // β = 3 in place of b: the divergence of each dimension is (3 − 1)·H
  const { loss } = boundAt(freeBits(2, { tempering: annealJoint(() => 3) }), collapsed, { beta: 3 });
  expect(loss).toBeCloseTo(3 * 2 * entropy + 3 * 5, 4);
});

it.each([
  ['without tempering', undefined, 2 + 5],
  ['under annealJoint, which leaves log q alone', annealJoint, 2 + 0.25 * 5],
  ['under warmUpKl, which tempers log q', warmUpKl, 0.25 * 2 + 5],
] as const)('freeBitsInTotal holds the floor of log q %s', (_, tempering, expected) => {
  const options = tempering ? { tempering: tempering(() => 1) } : {};
  const { loss } = boundAt(freeBitsInTotal(2, options), collapsed, { beta: 0.25 });
  expect(loss).toBeCloseTo(expected, 5);
});

it('the floors of free bits are of the mean over rows, so rows stay together', () => {
  expect([freeBits(1).mixesRows, freeBitsInTotal(1).mixesRows, elbo().mixesRows]).toEqual([true, true, undefined]);
});

/**
 * d bound / d log σ at the draw ε of q = N(0, σ²), σ = 1, where the likelihood is 1: log p − log q is −½ε²σ² + ½ε² +
 * log σ.
 */
const slopeInLogStd = (objective: Objective<FactorisedModel & ScorableModel>, epsilon: number) =>
  tf.tidy(() => {
    const lossOf = (logStd: Tensor) => {
      const posterior = diagonalNormal({ mean: tf.zeros([1, 1]), logStd: logStd as Tensor2D });
      const model = { ...givenLogWeights([0]), posterior };
      return objective.bound(model, tf.fill([1, objective.draws], epsilon) as Tensor2D).loss;
    };
    return -tf
      .grad(lossOf as (x: Tensor) => Tensor)(tf.zeros([1, 1]))
      .dataSync()[0]!;
  });

it.each([0, 0.5, 2])(
  'elbo has the gradient of its estimator at ε = %d: along the path 1 − ε², sticking the landing 0',
  (epsilon) => {
    expect(slopeInLogStd(elbo(), epsilon)).toBeCloseTo(1 - epsilon ** 2, 6);
    expect(slopeInLogStd(elbo({ gradient: 'stl' }), epsilon)).toBeCloseTo(0, 6);
    expect(slopeInLogStd(elbo({ kl: 'analytic' }), epsilon)).toBeCloseTo(0, 6);
    expect(slopeInLogStd(betaVae(3), epsilon)).toBeCloseTo(3 * (1 - epsilon ** 2), 5);
  },
);

it('betaVae(0) is the likelihood alone', () => {
  const { loss, terms } = boundAt(betaVae(0), () => givenLogWeights([-7]));
  expect([loss, terms.elbo]).toEqual([7, [expect.closeTo(-7, 5)]]);
});

const infinity = Number.POSITIVE_INFINITY;
it.each([
  [() => betaVae(infinity), 'betaVae: beta: expected a number, 0 or more, got Infinity'],
  [() => betaVae(Number.NaN), 'betaVae: beta: expected a number, 0 or more, got NaN'],
  [() => freeBits(infinity), 'freeBits: nats: expected a number, 0 or more, got Infinity'],
  [() => freeBits(-1e-3), 'freeBits: nats: expected a number, 0 or more, got -0.001'],
  [() => freeBitsInTotal(-1), 'freeBitsInTotal: nats: expected a number, 0 or more, got -1'],
  [() => renyi(infinity, 2), 'renyi: alpha: expected a number other than 1, where the bound is the ELBO, got Infinity'],
  [() => renyi(0.5, 0), 'renyi: k: expected a whole number, 1 or more, got 0'],
  [() => renyi(0.5, 2, { samples: 0 }), 'renyi: samples: expected a whole number, 1 or more, got 0'],
  [() => iwae(2, { samples: 0.5 }), 'iwae: samples: expected a whole number, 1 or more, got 0.5'],
  [() => iwae(2, { samples: 0, gradient: 'dreg' }), 'iwae: samples: expected a whole number, 1 or more, got 0'],
  [() => elbo({ samples: 0, gradient: 'stl' }), 'elbo: samples: expected a whole number, 1 or more, got 0'],
  [() => elbo({ samples: 0, kl: 'analytic' }), 'elbo: samples: expected a whole number, 1 or more, got 0'],
  [() => freeBits(1, { samples: 0 }), 'freeBits: samples: expected a whole number, 1 or more, got 0'],
  [() => freeBitsInTotal(1, { samples: 0 }), 'freeBitsInTotal: samples: expected a whole number, 1 or more, got 0'],
  [() => inclusiveKl(0), 'inclusiveKl: k: expected a whole number, 1 or more, got 0'],
  [() => inclusiveKl(1, { samples: 0 }), 'inclusiveKl: samples: expected a whole number, 1 or more, got 0'],
])('a number out of range is refused (%#)', (make, text) => {
  expect(make).toThrow(text);
});

it.each([
  ['iwae', iwae(2, { tempering: annealJoint(() => 1) })],
  ['iwae', iwae(2, { gradient: 'dreg', tempering: annealJoint(() => 1) })],
  ['renyi', renyi(-1, 2, { tempering: annealJoint(() => 1) })],
] as const)('%s tempers its loss, never its terms', (name, objective) => {
  // at z = 0 log p = log q = −½ log 2π
  const logPrior = -0.5 * Math.log(2 * Math.PI);
  const { loss, terms } = boundAt(objective, () => givenLogWeights([-3, -8]), { beta: 0.25 });
  const power = name === 'iwae' ? 1 : 2;
  const tempered = [-3, -8].map((logLikelihood) => 0.25 * (logLikelihood + logPrior) - logPrior);
  expect(differences('loss', [loss], [-powerMean(tempered, power)], 1e-6)).toEqual([]);
  expect(differences(name, terms[name]!, [powerMean([-3, -8], power)], 1e-6)).toEqual([]);
  expect(differences('elbo', terms.elbo!, [-5.5], 1e-6)).toEqual([]);
});

it('renyi(3,5000) keeps its digits where one weight of thousands is all', () => {
  const logWeights = [0, ...new Array<number>(4999).fill(300)];
  const { terms } = boundAt(renyi(3, 5000), () => givenLogWeights(logWeights));
  expect(differences('renyi', terms.renyi!, [Math.log(5000) / 2], 1e-6)).toEqual([]);
});

it('inclusiveKl(2) leads the model along Σ w̃·∂ log p(x, z), prior and likelihood alike', () => {
  // log p(x|z) = θ·z and z ~ N(m, 1), at θ = 0.7, m = 0 and the draws ±ε of q = N(0, 1): w̃ = σ(±2θε)
  const [theta, epsilon] = [0.7, 0.9];
  const gradients = tf.tidy(() => {
    const lossOf = (...given: Tensor[]) => {
      const [slope, mean] = given as [Tensor, Tensor2D];
      const model = {
        prior: diagonalNormal({ mean, logStd: tf.zeros([1, 1]) }),
        posterior: diagonalNormal({ mean: tf.zeros([1, 1]), logStd: tf.zeros([1, 1]) }),
        likelihood: (z: Tensor2D): Tensor1D => tf.mul(tf.squeeze<Tensor1D>(z, [1]), slope),
      };
      return inclusiveKl(2).bound(model, tf.tensor2d([[epsilon, -epsilon]])).loss;
    };
    return tf
      .grads(lossOf)([tf.scalar(theta), tf.zeros([1, 1])])
      .map((gradient) => gradient.dataSync()[0]!);
  });
  const mean = epsilon * Math.tanh(theta * epsilon); // Σ w̃·z, which is ∂ log p by θ and by m
  expect(differences('gradient', gradients, [-mean, -mean], 1e-6)).toEqual([]);
});

it.each(['path', 'dreg'] as const)('iwae(2) over two samples has the gradient of its estimator: %s', (gradient) => {
  // q = N(0, σ²) at σ = 1, p(z) = N(0, 1), log p(x|z) = θ·z: w̃ = softmax(θ·ε), ∂log w/∂z = θ, ∂z/∂log σ = ε
  const theta = 0.7;
  const groups = [
    [0.9, -0.4],
    [-1.3, 0.2],
  ];
  const found = tf.tidy(() => {
    const lossOf = (...given: Tensor[]) => {
      const [logStd, slope] = given as [Tensor2D, Tensor];
      const model = {
        prior: diagonalNormal({ mean: tf.zeros([1, 1]), logStd: tf.zeros([1, 1]) }),
        posterior: diagonalNormal({ mean: tf.zeros([1, 1]), logStd }),
        likelihood: (z: Tensor2D): Tensor1D => tf.mul(tf.squeeze<Tensor1D>(z, [1]), slope),
      };
      const objective = (
        gradient === 'dreg' ? iwae(2, { gradient, samples: 2 }) : iwae(2, { samples: 2 })
      ) as Objective<typeof model>;
      expect(objective.draws).toBe(4);
      return objective.bound(model, tf.tensor2d([groups.flat()])).loss;
    };
    return tf
      .grads(lossOf)([tf.zeros([1, 1]), tf.scalar(theta)])
      .map((value) => -value.dataSync()[0]!);
  });
  const meanOver = (of: (epsilon: number, share: number) => number) =>
    groups.reduce((sum, group) => {
      const total = group.reduce((all, epsilon) => all + Math.exp(theta * epsilon), 0);
      return sum + group.reduce((all, epsilon) => all + of(epsilon, Math.exp(theta * epsilon) / total), 0) / 2;
    }, 0);
  const byLogStd = {
    path: meanOver((epsilon, share) => share * (theta * epsilon + 1 - epsilon ** 2)),
    dreg: meanOver((epsilon, share) => share ** 2 * theta * epsilon),
  };
  const bySlope = meanOver((epsilon, share) => share * epsilon);
  expect(differences('gradient', found, [byLogStd[gradient], bySlope], 1e-6)).toEqual([]);
});

it.each([
  ['its base', { logBase: 7, logDet: 3 }, 7],
  ['its log-det alone', { logDet: 3 }, -2 + 3],
  ['nothing', {}, -2],
] as const)('scoreDraw knows the base of a posterior that tells %s', (_, told, expected) => {
  const terms: Readonly<Record<string, number>> = told;
  const base = tf.tidy(() => {
    const model = { likelihood: () => tf.tensor1d([-5]), prior: { logProb: () => tf.tensor1d([-1]) } };
    const given = Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, tf.tensor1d([value])]));
    const scored = scoreDraw(model as unknown as Parameters<typeof scoreDraw>[0], {
      z: tf.zeros([1, 3]),
      logProb: tf.tensor1d([-2]),
      terms: given,
    });
    expect([scored.logLikelihood, scored.logPrior, scored.logPosterior].map((each) => each.dataSync()[0])).toEqual([
      -5, -1, -2,
    ]);
    return scored.posteriorTerms.logBase!.dataSync()[0];
  });
  expect(base).toBe(expected);
});
