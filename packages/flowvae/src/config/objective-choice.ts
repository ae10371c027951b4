// The objective that a config names.
import {
  annealJoint,
  type Objective,
  paperSchedule,
  parseObjective,
  type Tempering,
  warmUpKl,
} from '@flowvae/objectives';
import type { TrainConfig } from './settings.ts';

const temperings: Readonly<Record<TrainConfig['anneal'], Tempering | undefined>> = {
  none: undefined,
  paper: annealJoint(paperSchedule),
  kl: warmUpKl(paperSchedule),
};

/** The objective of a config, with its gradient estimator, samples and schedule. */
export function objectiveOf({ objective, gradient, samples, anneal }: TrainConfig): Objective {
  const tempering = temperings[anneal];
  return parseObjective(objective).objective({ gradient, samples, ...(tempering ? { tempering } : {}) });
}
