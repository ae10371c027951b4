// Priors by their formulas: samples come through the prior's own parameters, and a flow without an inverse is refused.
import { asMlpVae, completeConfig, isInvertible, parseFlow, type TrainConfig, tf } from 'flowvae';
import { expect, it } from 'vitest';
import { fitsPrior } from '../cases/prior-flows.ts';
import { formulasAt } from '../cases/table-formulas.ts';
import { untrainedModel } from './untrained-model.ts';

const formulas = formulasAt(3);
const invertible = formulas.filter((formula) => fitsPrior(formula, 3));

it.each(invertible)("prior %s gives a model's samples", (prior) => {
  const { model } = untrainedModel({ flow: 'none', latent: 3, prior });
  const own = Object.entries(model.variables).filter(([path]) => path.startsWith('prior/'));
  const images = (scale: number) =>
    tf.tidy(() => {
      // no two of them proportional or equal: a reflection does not know the length of its normal, and radial's α = β
      // is the identity
      for (const [k, [, variable]] of own.entries()) {
        const angles = tf.add(k, tf.mul(scale, tf.range(1, variable.size + 1)));
        variable.assign(tf.reshape(tf.cos(angles), variable.shape));
      }
      return asMlpVae(model)
        .sample(tf.ones([1, 3]))
        .dataSync();
    });
  if (own.length > 0) expect(images(0.5)).not.toEqual(images(-0.25));
});

it('a prior without inverse, and a formula that is none, are refused before anything is made', () => {
  const config = (changes: Partial<TrainConfig>) => completeConfig({ latent: 3, ...changes });
  expect(() => config({ prior: 'realnvp*4-planr' })).toThrow(
    /^flow formula 'realnvp\*4-planr': expected .* got 'planr' at character 11; did you mean planar\?$/,
  );
  expect(() => config({ prior: 'planar*2-positive' })).toThrow(
    "flow formula 'planar*2-positive': expected flows onto all of R^D in a prior, got 'positive' at character 10",
  );
  const without = formulas.find((formula) => !isInvertible(parseFlow(formula, 3)));
  if (without !== undefined) {
    expect(() => config({ prior: `planar-${without}` })).toThrow(
      `flow formula 'planar-${without}': expected flows that have an inverse, got '${without}' at character 8`,
    );
  }
});
