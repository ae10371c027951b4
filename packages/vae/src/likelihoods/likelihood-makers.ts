// The makers of the likelihoods in the table that need no more than their argument.
import {
  bernoulli,
  categorical,
  continuousBernoulli,
  gaussian,
  LEVELS,
  laplace,
  logisticMixture,
  logitNormal,
  studentT,
} from '@flowvae/distributions';
import { type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { countMakers } from './count-makers.ts';
import { logitOfMean, spreadComponents, tiltedLevels, tiltOfMean, widestLogitNormal } from './initial-outputs.ts';
import type { LikelihoodStart } from './likelihood.ts';
import type { LikelihoodMaker } from './likelihood-maker.ts';
import type { LikelihoodName } from './likelihood-table.ts';
import { startLogScales } from './start-scales.ts';

/** Components of the mixture if its name has no number. */
const DEFAULT_COMPONENTS = 5;

/** A start without variables of its own. */
const biasOnly = (bias: Float32Array): LikelihoodStart => ({ bias, params: {} });

/** Degrees of freedom at the start, where they are learnt: a few outliers. */
const START_DOF = 4;

/** log(σ/deviation) of a Student-t distribution; at ν ≤ 2, which has no deviation, as at ν = 3. */
const shrinkage = (dof: number): number => 0.5 * Math.log(dof > 2 ? (dof - 2) / dof : 1 / 3);

export const likelihoodMakers: Readonly<Record<Exclude<LikelihoodName, 'columns'>, LikelihoodMaker>> = {
  ...countMakers,
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
  gaussian: ({ argument: scale }, options) => ({
    outputsPerPixel: 1,
    start: (mean, deviation) => ({
      bias: mean,
      params: scale === undefined ? { logStd: startLogScales(mean, deviation, options) } : {},
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
  'student-t': ({ argument: dof }, options) => ({
    outputsPerPixel: 1,
    start(mean, deviation) {
      const logScale = startLogScales(mean, deviation, options).map((each) => each + shrinkage(dof ?? START_DOF));
      return {
        bias: mean,
        params: { logScale, ...(dof === undefined ? { logDof: logScale.map(() => Math.log(START_DOF)) } : {}) },
      };
    },
    at: (location, { logScale, logDof }) =>
      studentT({ location, logScale: logScale!, logDof: logDof ?? tf.tensor2d([[Math.log(dof!)]]) }),
  }),
  laplace: (_, options) => ({
    outputsPerPixel: 1,
    start: (mean, deviation) => ({
      bias: mean,
      params: { logScale: startLogScales(mean, deviation, options).map((each) => each - Math.LN2 / 2) },
    }),
    at: (location, { logScale }) => laplace({ location, logScale: logScale! }),
  }),
  'logistic-mixture': ({ argument: components = DEFAULT_COMPONENTS }) => ({
    outputsPerPixel: 3 * components,
    start: (mean) => biasOnly(spreadComponents(mean, components)),
    at(outputs) {
      const parameters = tf.reshape(outputs, [outputs.shape[0], 3 * components, -1]);
      const [logits, mean, logScale] = tf.split(parameters, 3, 1) as [Tensor3D, Tensor3D, Tensor3D];
      return logisticMixture({ logits, mean, logScale });
    },
  }),
};
