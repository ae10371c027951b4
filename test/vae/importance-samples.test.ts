// Importance samples of one data point share its row of posterior parameters: as if the data point had been repeated,
// without repeating it.
import { type Amortization, parseFlow } from '@flowvae/flows';
import { elbo, importanceChunk } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { mlpVae } from '@flowvae/vae';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';

const [pixels, latent, samples] = [10, 3, 6];
const row = drawUniform(key(1), pixels);
const noise = shaped(drawNormal(key(2), samples * latent), [samples, latent]);
const single = { x: shaped(row, [1, pixels]), noise };
const repeated = { x: shaped(Array.from({ length: samples }, () => [...row]).flat(), [samples, pixels]), noise };

it.each<[string | undefined, Amortization]>([
  [undefined, 'flow'],
  ['planar*3', 'flow'],
  ['planar*3', 'base'],
  ['planar*2-planar', 'none'],
  ['realnvp(4)*2-iaf(4)', 'flow'],
  ['realnvp(4)*2-iaf(4)', 'base'],
])('flow %s, amortize %s: one row of x gives the terms of x repeated', async (formula, amortize) => {
  const flow = formula ? (contextWidth: number) => parseFlow(formula, latent, { contextWidth }) : undefined;
  const model = mlpVae({ pixels, latent, hidden: [8], activation: 'tanh', flow, amortize, key: key(3) });
  for (const [name, variable] of Object.entries(model.variables)) {
    const values = drawNormal(fold(key(4), name), variable.size).map((value) => 0.4 * value);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  const chunk = ({ x, noise: epsilon }: Tensors) => importanceChunk(model.at(x as Tensor2D), epsilon as Tensor2D);
  const bound = ({ x, noise: epsilon }: Tensors) => elbo().bound(model.at(x as Tensor2D), epsilon as Tensor2D).terms;
  const { elbo: logWeight, ...terms } = eager(bound, repeated);
  for (const results of [eager(chunk, single), await compiled(chunk, single, model.variables)]) {
    expect(Object.keys(results).toSorted()).toEqual(['logWeight', ...Object.keys(terms)].toSorted());
    for (const [name, expected] of Object.entries({ logWeight: logWeight!, ...terms })) {
      expect(differences(name, results[name]!, expected, 1e-5)).toEqual([]);
    }
  }
  tf.dispose({ ...model.variables });
});
