// The makers of the likelihoods of counts: with means of their own, or as shares of a row's total.
import { negativeBinomial, type Observation, poisson, zeroInflated } from '@flowvae/distributions';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { Observed } from '../rows/row-reading.ts';
import type { Likelihood, LikelihoodParams, LikelihoodStart } from './likelihood.ts';
import type { LikelihoodMaker } from './likelihood-maker.ts';
import { LIBRARY } from './likelihood-table.ts';

/** Columns without any count start at a mean that float32's gradients can still raise. */
const LEAST_MEAN = 1e-3;

/** A row without any count has a total above 0, so that its logarithm is finite. */
const LEAST_LIBRARY = 1e-3;

/** The counts at their log means, and outputs beside those of the means. */
interface CountFamily {
  /** Outputs for each variable beside that of its mean. */
  readonly others: number;
  /** The share of counts that remain of the mean, at the start. */
  readonly share: number;
  readonly otherBias: number;
  /** Own variables at the start. */
  params(mean: Float32Array, deviation?: Float32Array): LikelihoodStart['params'];
  at(logMean: Tensor2D, others: Tensor2D | undefined, params: LikelihoodParams): Observation;
}

/** The start of the additional zeros: one value in twenty. */
const START_LOGIT = -3;

const inflated = (family: CountFamily): CountFamily => ({
  ...family,
  others: 1,
  share: 1 / (1 + Math.exp(START_LOGIT)),
  otherBias: START_LOGIT,
  at: (logMean, logits, params) => zeroInflated({ counts: family.at(logMean, undefined, params), logits: logits! }),
});

const ofPoisson: CountFamily = {
  others: 0,
  share: 1,
  otherBias: 0,
  params: () => ({}),
  at: (logRate) => poisson({ logRate }),
};

const ofNegativeBinomial: CountFamily = {
  ...ofPoisson,
  params: (mean, deviation) => ({ logDispersion: mean.map((each, i) => startLogDispersion(each, deviation?.[i])) }),
  at: (logMean, _, { logDispersion }) => negativeBinomial({ logMean, logDispersion: logDispersion! }),
};

/** Inverse dispersions at the start. */
const [LEAST_DISPERSION, MOST_DISPERSION] = [0.1, 100];

/** log θ by the variance μ + μ²/θ; with an unknown variance θ = 1. */
function startLogDispersion(mean: number, deviation: number | undefined): number {
  if (deviation === undefined) return 0;
  const excess = deviation ** 2 - mean;
  const theta = excess > 0 ? mean ** 2 / excess : MOST_DISPERSION;
  return Math.log(Math.min(Math.max(theta, LEAST_DISPERSION), MOST_DISPERSION));
}

const madeOf =
  (family: CountFamily): LikelihoodMaker =>
  ({ covariate }) =>
    covariate === LIBRARY ? sharesOf(family) : ownMeans(family);

/** Outputs are log means, then those beside them, [1 + others, P]. */
function ownMeans(family: CountFamily): Omit<Likelihood, 'name' | 'data'> {
  return {
    outputsPerPixel: 1 + family.others,
    encoderView: (x) => tf.log1p(x),
    start: (mean, deviation) => startOf(family, mean, deviation),
    at(outputs, params) {
      const [logMean, others] = partsOf(family, outputs);
      return family.at(logMean, others, params);
    },
  };
}

/**
 * Means are library·softmax(outputs over columns). The library is a covariate, or the row's own total; for a draw
 * without a row the typical total, that of the data's means. Where values are missing, the total is that of the
 * observed values over the share that they typically have.
 *
 * @see Lopez et al. 2018, Nature Methods 15, 1053-1058
 */
function sharesOf(family: CountFamily): Omit<Likelihood, 'name' | 'data'> {
  const own = ownMeans(family);
  return {
    ...own,
    covariates: [LIBRARY],
    start: (mean, deviation) => ({
      ...own.start(mean, deviation),
      fixed: { typical: mean.map((each) => Math.max(each, LEAST_MEAN)) },
    }),
    at(outputs, params, named = {}) {
      const [logits, others] = partsOf(family, outputs);
      const library: Tensor2D = named[LIBRARY] ?? tf.sum(params.typical!, 1, true);
      const logLibrary = tf.log(tf.maximum(library, LEAST_LIBRARY));
      const logMean: Tensor2D = tf.add(tf.sub(logits, tf.logSumExp(logits, 1, true)), logLibrary);
      return family.at(logMean, others, params);
    },
    derived: ({ x, mask }: Observed, { typical }) => ({
      [LIBRARY]: mask ? completedTotal({ x, mask }, typical!) : tf.sum(x, 1, true),
    }),
  };
}

function completedTotal({ x, mask }: Observed, typical: Tensor2D): Tensor2D {
  const share = tf.div(tf.sum(tf.mul(mask!, typical), 1, true), tf.sum(typical, 1, true));
  return tf.div(tf.sum(tf.mul(mask!, x), 1, true), tf.maximum(share, 1e-6));
}

function partsOf({ others }: CountFamily, outputs: Tensor2D): readonly [Tensor2D, Tensor2D | undefined] {
  if (others === 0) return [outputs, undefined];
  return tf.split(outputs, 2, 1) as [Tensor2D, Tensor2D];
}

function startOf(family: CountFamily, mean: Float32Array, deviation: Float32Array | undefined): LikelihoodStart {
  const bias = new Float32Array((1 + family.others) * mean.length).fill(family.otherBias);
  bias.set(mean.map((each) => Math.log(Math.max(each, LEAST_MEAN) / family.share)));
  return { bias, params: family.params(mean, deviation) };
}

export const countMakers = {
  poisson: madeOf(ofPoisson),
  'negative-binomial': madeOf(ofNegativeBinomial),
  'zero-inflated-poisson': madeOf(inflated(ofPoisson)),
  'zero-inflated-negative-binomial': madeOf(inflated(ofNegativeBinomial)),
} satisfies Readonly<Record<string, LikelihoodMaker>>;
