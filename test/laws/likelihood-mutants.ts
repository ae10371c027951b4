// Likelihoods with the mistakes that are easily made, each of which a law must notice.
import { bernoulli, logGamma, type Observation, poisson } from '@flowvae/distributions';
import { type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { parseLikelihood } from '@flowvae/vae';
import type { At } from './likelihood-laws.ts';

/** A likelihood of which some parts are replaced. */
const changed =
  (name: string, change: (p: Observation, outputs: Tensor2D) => Partial<Observation>): At =>
  (outputs, own) => {
    const p = parseLikelihood(name).at(outputs, own);
    return { ...p, ...change(p, outputs) };
  };

const sum = (perPixel: Tensor2D) => tf.sum(perPixel, 1) as Tensor1D;

/** The logistic mixture by differences of its distribution function, as the paper prints it. */
function byDifferences(outputs: Tensor2D, x: Tensor2D, { edges, guard }: { edges: boolean; guard: number }): Tensor1D {
  const parameters = tf.reshape(outputs, [outputs.shape[0], 9, -1]);
  const [logits, mean, logScale] = tf.split(parameters, 3, 1) as [Tensor3D, Tensor3D, Tensor3D];
  const centred = tf.sub(tf.expandDims(tf.sub(tf.mul(x, 2), 1), 1), mean);
  const cdf = (shift: number) => tf.sigmoid(tf.mul(tf.add(centred, shift), tf.exp(tf.neg(logScale))));
  const lowest = tf.expandDims(tf.step(tf.sub(0.5 / 255, x)), 1);
  const highest = tf.expandDims(tf.step(tf.sub(x, 1 - 0.5 / 255)), 1);
  const [upper, lower] = [cdf(1 / 255), cdf(-1 / 255)];
  const difference = edges
    ? tf.sub(tf.add(tf.mul(upper, tf.sub(1, highest)), highest), tf.mul(lower, tf.sub(1, lowest)))
    : tf.sub(upper, lower);
  const logs = tf.log(tf.add(difference, guard));
  return sum(tf.sub(tf.logSumExp(tf.add(logs, logits), 1), tf.logSumExp(logits, 1)));
}

/** A mutant, the row that it is a mutant of, and the law that must turn red. */
export interface LikelihoodMutant {
  readonly what: string;
  readonly of: string;
  readonly law:
    | 'isTheReference'
    | 'isNormalised'
    | 'hasItsMoments'
    | 'staysFinite'
    | 'eachIsTheReference'
    | 'eachSumsToItsRow'
    | 'isFiniteAtZero';
  readonly at: At;
}

export const likelihoodMutants: readonly LikelihoodMutant[] = [
  {
    what: 'no edge bins',
    of: 'logistic-mixture(3)',
    law: 'isNormalised',
    at: changed('logistic-mixture(3)', (_, outputs) => ({
      logProb: (x) => byDifferences(outputs, x, { edges: false, guard: 1e-12 }),
    })),
  },
  {
    what: 'differences of the distribution function',
    of: 'logistic-mixture(3)',
    law: 'staysFinite',
    at: changed('logistic-mixture(3)', (_, outputs) => ({
      logProb: (x) => byDifferences(outputs, x, { edges: true, guard: 0 }),
    })),
  },
  {
    what: 'no Jacobian 1/(y(1 − y))',
    of: 'logit-normal',
    law: 'isNormalised',
    at: changed('logit-normal', (p) => ({
      logProb(x) {
        const y = tf.add(tf.mul(x, 1 - 2e-4), 1e-4);
        return tf.add(p.logProb(x), sum(tf.log(tf.mul(y, tf.sub(1, y)))));
      },
    })),
  },
  {
    what: 'the mean taken through the sigmoid',
    of: 'logit-normal',
    law: 'hasItsMoments',
    at: changed('logit-normal', (_, outputs) => ({
      mean: () => tf.sigmoid((tf.split(outputs, 2, 1) as Tensor2D[])[0]!),
    })),
  },
  {
    what: 'no normaliser',
    of: 'continuous-bernoulli',
    law: 'isNormalised',
    at: (logits) => bernoulli({ logits }),
  },
  {
    what: 'λ instead of the mean',
    of: 'continuous-bernoulli',
    law: 'hasItsMoments',
    at: changed('continuous-bernoulli', (_, logits) => ({ mean: () => tf.sigmoid(logits) })),
  },
  {
    what: 'no Taylor branch at λ = ½',
    of: 'continuous-bernoulli',
    law: 'isTheReference',
    at: changed('continuous-bernoulli', (_, logits) => ({
      logProb: (x) => sum(tf.sub(tf.mul(x, logits), tf.log(tf.div(tf.expm1(logits), logits)))),
    })),
  },
  {
    what: 'no log σ',
    of: 'gaussian',
    law: 'isNormalised',
    at: (outputs, own) => {
      const p = parseLikelihood('gaussian').at(outputs, own);
      return { ...p, logProb: (x) => tf.add(p.logProb(x), tf.mul(tf.sum(own.logStd!), outputs.shape[1])) };
    },
  },
  {
    what: 'draws with σ²',
    of: 'gaussian(0.1)',
    law: 'hasItsMoments',
    at: changed('gaussian(0.1)', (p, outputs) => ({
      sampleAndLogProb(noise) {
        const z: Tensor2D = tf.add(outputs, tf.mul(noise, 0.01));
        return { z, logProb: p.logProb(z), terms: {} };
      },
    })),
  },
  {
    what: 'no log-sum-exp',
    of: 'categorical',
    law: 'isNormalised',
    at: changed('categorical', (p, outputs) => ({
      logProb: (x) => tf.add(p.logProb(x), sum(tf.logSumExp(tf.reshape(outputs, [outputs.shape[0], -1, 256]), 2))),
    })),
  },
  {
    what: 'bits of σ(−l)',
    of: 'bernoulli',
    law: 'hasItsMoments',
    at: changed('bernoulli', (p, logits) => ({
      sampleAndLogProb: (noise) => bernoulli({ logits: tf.neg(logits) }).sampleAndLogProb(noise),
      mean: () => p.mean(),
    })),
  },
  {
    what: 'the row’s score shared equally by its values',
    of: 'bernoulli',
    law: 'eachIsTheReference',
    at: changed('bernoulli', (p, logits) => ({
      logProbOfEach(x) {
        const share = tf.div(tf.expandDims(p.logProb(x), 1), logits.shape[1]);
        return tf.tile(share, [1, logits.shape[1]]) as Tensor2D;
      },
    })),
  },
  {
    what: 'no log σ in the scores of each value',
    of: 'gaussian',
    law: 'eachSumsToItsRow',
    at: changed('gaussian', (p, outputs) => ({
      logProbOfEach: (x) => tf.add(p.logProbOfEach(x), tf.mul(0.7, tf.onesLike(outputs))),
    })),
  },
  {
    what: 'x·log x at a missing value',
    of: 'continuous-bernoulli',
    law: 'isFiniteAtZero',
    at: changed('continuous-bernoulli', (p) => ({
      logProbOfEach: (x) => tf.add(p.logProbOfEach(x), tf.mul(x, tf.log(x))),
    })),
  },
  {
    what: 'no log x!',
    of: 'poisson',
    law: 'isNormalised',
    at: changed('poisson', (_, logRate) => ({
      logProb: (x) => sum(tf.sub(tf.mul(x, logRate), tf.exp(logRate))),
    })),
  },
  {
    what: 'x·log μ − μ − log x!, term by term',
    of: 'poisson',
    law: 'isTheReference',
    at: changed('poisson', (_, logRate) => ({
      logProb: (x) => sum(tf.sub(tf.sub(tf.mul(x, logRate), tf.exp(logRate)), logGamma(tf.add(x, 1)))),
    })),
  },
  {
    what: 'the dispersion instead of its inverse',
    of: 'negative-binomial',
    law: 'isTheReference',
    at: (outputs, { logDispersion }) =>
      parseLikelihood('negative-binomial').at(outputs, { logDispersion: tf.neg(logDispersion!) }),
  },
  {
    what: 'draws of a Poisson distribution',
    of: 'negative-binomial',
    law: 'hasItsMoments',
    at: changed('negative-binomial', (p, logMean) => ({
      sampleAndLogProb(noise) {
        const normal: Tensor2D = tf.slice(noise, [0, 0], [-1, logMean.shape[1]]);
        const { z } = poisson({ logRate: logMean }).sampleAndLogProb(normal);
        return { z, logProb: p.logProb(z), terms: {} };
      },
    })),
  },
  {
    what: 'zeros inflated twice',
    of: 'zero-inflated-poisson',
    law: 'isNormalised',
    at: changed('zero-inflated-poisson', (p, outputs) => ({
      logProb: (x) => {
        const logits = (tf.split(outputs, 2, 1) as Tensor2D[])[1]!;
        const isZero = tf.sub(1, tf.clipByValue(x, 0, 1));
        return tf.add(p.logProb(x), sum(tf.mul(isZero, tf.softplus(logits))));
      },
    })),
  },
  {
    what: 'the mean without its share',
    of: 'zero-inflated-negative-binomial',
    law: 'hasItsMoments',
    at: changed('zero-inflated-negative-binomial', (_, outputs) => ({
      mean: () => tf.exp((tf.split(outputs, 2, 1) as Tensor2D[])[0]!),
    })),
  },
  {
    what: 'no √ν',
    of: 'student-t(8)',
    law: 'isNormalised',
    at: changed('student-t(8)', (p) => ({ logProb: (x) => tf.add(p.logProb(x), 0.5 * Math.log(8)) })),
  },
  {
    what: 'squares of far values',
    of: 'student-t',
    law: 'staysFinite',
    at: changed('student-t', (p, location) => ({
      logProb: (x) => tf.sub(p.logProb(x), sum(tf.mul(tf.exp(tf.square(tf.sub(x, location))), 1e-30))),
    })),
  },
  {
    what: 'b² instead of b',
    of: 'laplace',
    law: 'hasItsMoments',
    at: changed('laplace', (p, location) => ({
      sampleAndLogProb(noise) {
        const z: Tensor2D = tf.add(location, tf.mul(tf.sub(p.sampleAndLogProb(noise).z, location), 0.74));
        return { z, logProb: p.logProb(z), terms: {} };
      },
    })),
  },
];
