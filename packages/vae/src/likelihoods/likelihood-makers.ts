// The makers of the likelihoods in the table that need no more than their argument.
import {
  bernoulli,
  categorical,
  continuousBernoulli,
  gaussian,
  LEVELS,
  logisticMixture,
  logitNormal,
} from '@flowvae/distributions';
import { type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import {
  logitOfMean,
  sharedLogStd,
  spreadComponents,
  tiltedLevels,
  tiltOfMean,
  widestLogitNormal,
  widestLogStd,
} from './initial-outputs.ts';
import type { Likelihood, LikelihoodStart } from './likelihood.ts';
import type { LikelihoodName } from './likelihood-table.ts';

/** Components of the mixture if its name has no number. */
const DEFAULT_COMPONENTS = 5;

/** A start without variables of its own. */
const biasOnly = (bias: Float32Array): LikelihoodStart => ({ bias, params: {} });

/** Without the argument a default. */
export const likelihoodMakers: Readonly<
  Record<Exclude<LikelihoodName, 'columns'>, (argument?: number) => Omit<Likelihood, 'name' | 'data'>>
> = {
  bernoulli: () => ({
    outputsPerPixel: 1,
    start: (mean) => biasOnly(mean.map(logitOfMean)),
    at: (logits) => bernoulli({ logits }),
  }),
  'continuous-bernoulli': () => ({
    outputsPerPixel: 1,
    start: (mean) => biasOnly(mean.map(tiltOfMean)),
    at: (logits) => continuousBernoulli({ logits }),
  }),
  gaussian: (scale) => ({
    outputsPerPixel: 1,
    start: (mean, deviation) => ({
      bias: mean,
      params:
        scale === undefined
          ? { logStd: Float32Array.of(deviation ? sharedLogStd(deviation) : widestLogStd(mean)) }
          : {},
    }),
    at: (mean, { logStd }) => gaussian({ mean, logStd: logStd ?? tf.tensor2d([[Math.log(scale!)]]) }),
  }),
  'logit-normal': () => ({
    outputsPerPixel: 2,
    start: (mean) => biasOnly(widestLogitNormal(mean)),
    at(outputs) {
      const [mean, logStd] = tf.split(outputs, 2, 1) as [Tensor2D, Tensor2D];
      return logitNormal({ mean, logStd });
    },
  }),
  categorical: () => ({
    outputsPerPixel: LEVELS,
    isByValue: true,
    start: (mean) => biasOnly(tiltedLevels(mean)),
    at: (outputs) => categorical({ logits: tf.reshape(outputs, [outputs.shape[0], -1, LEVELS]) }),
  }),
  'logistic-mixture': (components = DEFAULT_COMPONENTS) => ({
    outputsPerPixel: 3 * components,
    start: (mean) => biasOnly(spreadComponents(mean, components)),
    at(outputs) {
      const parameters = tf.reshape(outputs, [outputs.shape[0], 3 * components, -1]);
      const [logits, mean, logScale] = tf.split(parameters, 3, 1) as [Tensor3D, Tensor3D, Tensor3D];
      return logisticMixture({ logits, mean, logScale });
    },
  }),
};
