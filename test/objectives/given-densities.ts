// Models whose log-densities are given numbers, so that a bound can be computed by hand.
import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import type { FactorisedModel, Objective } from '@flowvae/objectives';
import { type Tensor2D, tf } from '@flowvae/tensor';

/** A model whose posterior is its prior, N(0, I), so that log w is the given log-likelihood of each draw. */
export const givenLogWeights = (logWeights: readonly number[], dim = 1): FactorisedModel => ({
  prior: standardNormal(dim),
  posterior: diagonalNormal({ mean: tf.zeros([1, dim]), logStd: tf.zeros([1, dim]) }),
  likelihood: () => tf.tensor1d([...logWeights]),
});

/** Loss and terms of one data point at schedules' values; all draws lie at 0. */
export function boundAt(
  objective: Objective<FactorisedModel>,
  makeModel: () => FactorisedModel,
  at: Readonly<Record<string, number>> = {},
) {
  return tf.tidy(() => {
    const model = makeModel();
    const scalars = Object.fromEntries(Object.entries(at).map(([name, value]) => [name, tf.scalar(value)]));
    const noise = tf.zeros([1, objective.draws * model.posterior.noise.width]) as Tensor2D;
    const { loss, terms } = objective.bound(model, noise, scalars);
    const read = Object.entries(terms).map(([name, term]) => [name, Array.from(term.dataSync())]);
    return { loss: loss.dataSync()[0]!, terms: Object.fromEntries(read) as Record<string, number[]> };
  });
}
