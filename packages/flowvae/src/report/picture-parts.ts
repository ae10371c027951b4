// Words that pictures share.
import { staysGrey } from '@flowvae/datasets/plain';
import type { Plan } from '../config/plan.ts';
import type { TrainConfig } from '../config/settings.ts';
import { modelTitle } from '../definition/own-experiment.ts';
import type { ModelParts } from '../run/experiment.ts';

/** The model in a title: its flow and likelihood, or the module that makes it. */
export const modelIn = (parts: Pick<ModelParts, 'plan' | 'config'>): string =>
  ownModelIn(parts) ?? `flow ${parts.config.flow}${likelihoodIn(parts.config)}`;

/** The model that a user's module makes, in words; undefined where the options describe the model. */
export const ownModelIn = ({
  plan: { own, data },
}: {
  readonly plan: Pick<Plan, 'own' | 'data'>;
}): string | undefined => own?.definition.model && modelTitle(own, data);

/** Part of a title; titles omit the Bernoulli likelihood. */
const likelihoodIn = ({ likelihood }: TrainConfig) => (likelihood === 'bernoulli' ? '' : `, ${likelihood}`);

/** The prior in words. */
export const priorText = ({ prior, config }: Plan): string =>
  config.conditionalPrior === 'no' ? config.prior : `p(z|y)${prior ? `, ${config.prior}` : ''}`;

/** Part of a title; data that are not binarised have none. */
export const binarisationIn = ({ binarize }: Pick<TrainConfig, 'binarize'>) =>
  binarize === 'auto' || staysGrey(binarize) ? '' : `, ${binarize} binarisation`;
