// Likelihoods with the mistakes that are easily made, each of which a law must notice.
import { bernoulli, type Observation } from '@flowvae/distributions';
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
];
