// Every likelihood that can be named, as data. To add one: its distribution in a file of @flowvae/distributions, and a row.
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
  spreadComponents,
  tiltedLevels,
  tiltOfMean,
  widestLogitNormal,
  widestLogStd,
} from './initial-outputs.ts';
import type { Likelihood, LikelihoodStart } from './likelihood.ts';

/** The number that a name may carry in parentheses. */
export interface LikelihoodArgument {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** A row: the argument that may be given, and what it makes; without the argument a default. */
interface LikelihoodRow {
  readonly argument?: LikelihoodArgument;
  readonly make: (argument?: number) => Omit<Likelihood, 'name'>;
}

/** Of the mixture that is named without a number. */
const DEFAULT_COMPONENTS = 5;

/** A start without variables of its own. */
const biasOnly = (bias: Float32Array): LikelihoodStart => ({ bias, params: {} });

export const likelihoodTable: Readonly<Record<string, LikelihoodRow>> = {
  bernoulli: {
    make: () => ({
      data: 'bits',
      outputsPerPixel: 1,
      start: (mean) => biasOnly(mean.map(logitOfMean)),
      at: (logits) => bernoulli({ logits }),
    }),
  },
  'continuous-bernoulli': {
    make: () => ({
      data: 'grey',
      outputsPerPixel: 1,
      start: (mean) => biasOnly(mean.map(tiltOfMean)),
      at: (logits) => continuousBernoulli({ logits }),
    }),
  },
  gaussian: {
    argument: { name: 'scale', from: 1e-3, to: 1e3, isWhole: false },
    make: (scale) => ({
      data: 'grey',
      outputsPerPixel: 1,
      start: (mean) => ({
        bias: mean,
        params: scale === undefined ? { logStd: Float32Array.of(widestLogStd(mean)) } : {},
      }),
      at: (mean, { logStd }) => gaussian({ mean, logStd: logStd ?? tf.tensor2d([[Math.log(scale!)]]) }),
    }),
  },
  'logit-normal': {
    make: () => ({
      data: 'grey',
      outputsPerPixel: 2,
      start: (mean) => biasOnly(widestLogitNormal(mean)),
      at(outputs) {
        const [mean, logStd] = tf.split(outputs, 2, 1) as [Tensor2D, Tensor2D];
        return logitNormal({ mean, logStd });
      },
    }),
  },
  categorical: {
    make: () => ({
      data: 'levels',
      outputsPerPixel: LEVELS,
      start: (mean) => biasOnly(tiltedLevels(mean)),
      at: (outputs) => categorical({ logits: tf.reshape(outputs, [outputs.shape[0], -1, LEVELS]) }),
    }),
  },
  'logistic-mixture': {
    argument: { name: 'components', from: 1, to: 100, isWhole: true },
    make: (components = DEFAULT_COMPONENTS) => ({
      data: 'levels',
      outputsPerPixel: 3 * components,
      start: (mean) => biasOnly(spreadComponents(mean, components)),
      at(outputs) {
        const parameters = tf.reshape(outputs, [outputs.shape[0], 3 * components, -1]);
        const [logits, mean, logScale] = tf.split(parameters, 3, 1) as [Tensor3D, Tensor3D, Tensor3D];
        return logisticMixture({ logits, mean, logScale });
      },
    }),
  },
};
