// The optimiser that settings describe, and its learning rate.
import {
  adam,
  adamax,
  chainOptimizers,
  clipByGlobalNorm,
  cosineDecay,
  type LearningRate,
  type LearningRateSchedule,
  linearWarmup,
  type Optimizer,
  rmsprop,
  sgd,
  stepDecay,
} from '@flowvae/training';
import type { TrainConfig } from '../config/settings.ts';

/** The paper's momentum (section 6); PyTorch's definitions otherwise. */
const MOMENTUM = 0.9;

const optimizers: Readonly<Record<TrainConfig['optimizer'], (rate: LearningRate, config: TrainConfig) => Optimizer>> = {
  adam: (rate, { epsilon }) => adam(rate, { epsilon }),
  adamax: (rate, { epsilon }) => adamax(rate, { epsilon }),
  rmsprop: (rate, { epsilon }) => rmsprop(rate, { momentum: MOMENTUM, epsilon }),
  sgd: (rate) => sgd(rate, { momentum: MOMENTUM }),
};

const decays: Readonly<Record<TrainConfig['lrDecay'], (config: TrainConfig) => LearningRateSchedule>> = {
  milestones: ({ lr, lrFactor, lrMilestones }) => stepDecay(lr, { factor: lrFactor, milestones: lrMilestones }),
  cosine: ({ lr, steps }) => cosineDecay(lr, steps),
};

/** The learning rate of a run at each step. */
export const learningRateOf = (config: TrainConfig): LearningRateSchedule =>
  linearWarmup(decays[config.lrDecay](config), config.lrWarmup);

const isFixed = ({ lrDecay, lrMilestones, lrWarmup }: TrainConfig) =>
  lrDecay === 'milestones' && lrMilestones.length === 0 && lrWarmup === 0;

/** The optimiser of a run. A gradient is clipped before the optimiser sees it. */
export function optimizerOf(config: TrainConfig): Optimizer {
  const optimizer = optimizers[config.optimizer](isFixed(config) ? config.lr : learningRateOf(config), config);
  return config.clip > 0 ? chainOptimizers(clipByGlobalNorm(config.clip), optimizer) : optimizer;
}
