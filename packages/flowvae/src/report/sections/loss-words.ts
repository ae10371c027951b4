// log p̂(x) − ELBO in words.
import { isDensity } from '@flowvae/density';
import type { Model } from '@flowvae/vae';

/** The divergence of a posterior, or the price of one draw of a density's noise. */
export interface LossWords {
  /** Of a figure over all data. */
  readonly title: string;
  readonly column: string;
}

/** The words for a model and its data. */
export const lossWords = (model: Model, noun: string): LossWords =>
  isDensity(model)
    ? { title: `Lost by one draw of the noise of each ${noun}`, column: 'lost by one draw' }
    : { title: `KL(q‖p(z|x)) of each ${noun}, estimated`, column: 'KL(q‖p(z|x))' };
