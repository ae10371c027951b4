// The runs that the lab's page cannot show.
import { isDensity } from '@flowvae/density';
import { isPicture } from '../report/image-figures.ts';
import type { Experiment } from '../run/experiment.ts';

/** The need of the page that a run does not meet, and the run's own state. */
export interface LabRefusal {
  readonly expected: string;
  readonly received: string;
}

/** Why the page cannot show a run; undefined if it can. */
export function labRefusal({ plan, data, model }: Experiment): LabRefusal | undefined {
  if (isDensity(model)) return { expected: 'a VAE that `flowvae train` trained', received: 'a density' };
  if (plan.own?.definition.model) {
    return { expected: 'a model that the options of `train` describe', received: 'the model of a module' };
  }
  if (plan.vocabulary)
    return { expected: 'a run without plug-ins, which a page cannot load', received: 'one with them' };
  if (plan.covariates.length > 0) return { expected: 'a model without a condition', received: 'a conditional one' };
  if (!isPicture(data) || data.hasMissing) {
    return { expected: 'a run on whole pictures', received: `data of shape ${data.shape.join(' x ')}` };
  }
  if (!['bits', 'levels', 'grey'].includes(data.form) || plan.config.standardize !== 'no') {
    return { expected: 'pictures of values from 0 to 1, not standardised', received: `data of form ${data.form}` };
  }
  return undefined;
}
