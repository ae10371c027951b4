// A flow in the prior's place: its density, its draws, and that generation goes through it and not through the
// posterior's flow.
import { standardNormal } from '@flowvae/distributions';
import { flowPrior, nice, parseInvertibleFlow, planar, realnvp } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type NamedVariables, parameterCount, type Tensor2D, tf } from '@flowvae/tensor';
import { mlpVae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';

const [latent, pixels] = [3, 7];
const made: NamedVariables[] = [];
afterAll(() => tf.dispose(made.map((variables) => ({ ...variables }))));

const noise = shaped(drawNormal(key(1), 6 * latent), [6, latent]);
const grown = <T extends { readonly variables: NamedVariables }>(model: T, scale: number): T => {
  made.push(model.variables);
  for (const [name, variable] of Object.entries(model.variables)) {
    const values = drawNormal(fold(key(2), name), variable.size).map((value) => scale * value);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  return model;
};

describe.each(['realnvp(4)*2', 'maf(4)*2', 'spline(4,4)*2', 'nice-perm(4)*2', 'planar*3'])('%s as prior', (formula) => {
  const flow = parseInvertibleFlow(formula, latent);

  it('scores its own draws as change of variables says, on both engines', async () => {
    const { variables, distribution } = grown(flowPrior(flow, key(3)), 0.5);
    const scored = ({ noise: epsilon }: Tensors) => {
      const { z, logProb } = distribution.sampleAndLogProb(epsilon as Tensor2D);
      return { z, logProb, again: distribution.logProb(z) };
    };
    const { z, logProb, again } = eager(scored, { noise });
    const expected = eager(
      ({ noise: epsilon }) => {
        const { y, logDet } = flow.forward(variables, epsilon as Tensor2D);
        return { z: y, logProb: tf.sub(standardNormal(latent).logProb(epsilon as Tensor2D), logDet) };
      },
      { noise },
    );
    expect([z, logProb]).toEqual([expected.z, expected.logProb]);
    expect(differences('logProb', again!, logProb!, 1e-4)).toEqual([]);
    const onGraph = await compiled(scored, { noise }, variables);
    expect(differences('compiled', onGraph.again!, again!, 1e-4)).toEqual([]);
  });

  it('starts with the density of the standard normal', () => {
    const { variables, distribution } = flowPrior(flow, key(3));
    made.push(variables);
    const density = ({ noise: z }: Tensors) => ({
      ours: distribution.logProb(z as Tensor2D),
      plain: standardNormal(latent).logProb(z as Tensor2D),
    });
    const { ours, plain } = eager(density, { noise });
    expect(differences('logProb', ours!, plain!, 1e-5)).toEqual([]);
  });
});

describe('a VAE with a flow prior', () => {
  const options = { pixels, latent, hidden: [5], activation: 'tanh', flow: planar(latent, 2), key: key(4) } as const;
  const model = grown(mlpVae({ ...options, prior: realnvp(latent, { layers: 2, hidden: 4 }) }), 0.5);

  it('has its parameters under prior/, after those of a VAE without', () => {
    const plain = mlpVae(options);
    made.push(plain.variables);
    const own = Object.fromEntries(Object.entries(model.variables).filter(([name]) => name.startsWith('prior/')));
    expect(Object.keys(model.variables)).toEqual([...Object.keys(plain.variables), ...Object.keys(own)]);
    // two hidden layers of 4: 2·4 + 4, 4·4 + 4 and 4·2 + 2 weights and biases a layer
    expect(parameterCount(own)).toBe(2 * (12 + 20 + 10));
  });

  it('draws its samples from the prior, and scores the bound under it', () => {
    const { sample, byHand, plain, prior } = eager(
      ({ noise: epsilon }) => {
        const { z } = model.prior.sampleAndLogProb(epsilon as Tensor2D);
        return {
          sample: model.sample(epsilon as Tensor2D),
          byHand: tf.sigmoid(model.decode(z)),
          plain: tf.sigmoid(model.decode(epsilon as Tensor2D)),
          prior: model.at(tf.zeros([6, pixels])).prior.logProb(epsilon as Tensor2D),
        };
      },
      { noise },
    );
    expect(sample).toEqual(byHand);
    expect(differences('sample', sample!, plain!, 1e-2)).not.toEqual([]);
    const standard = eager(({ noise: z }) => ({ value: standardNormal(latent).logProb(z as Tensor2D) }), { noise });
    expect(differences('logPrior', prior!, standard.value!, 1e-2)).not.toEqual([]);
  });

  it('takes no flow that asks for features, and by its type none without inverse', () => {
    const withContext = realnvp(latent, { contextWidth: 5 });
    expect(() => flowPrior(withContext, key(5))).toThrow(
      'free parameters of realnvp: expected a flow without context, got the context context',
    );
    const { inverse: _, ...forwardOnly } = nice(latent);
    // @ts-expect-error: a flow without inverse has no density
    expect(() => flowPrior(forwardOnly, key(5)).distribution.logProb(tf.zeros([1, latent]))).toThrow();
  });
});
