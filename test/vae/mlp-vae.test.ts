// The usual VAE: its variables and shapes, the sources of its initial weights, and the parts that each method uses.
import { type InvertibleFlow, parseFlow } from '@flowvae/flows';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { parameterCount, type Tensor2D, tf } from '@flowvae/tensor';
import { type MlpVaeOptions, mlpVae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

const made: ReturnType<typeof mlpVae>[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

const [pixels, latent] = [15, 4];
const formulaFlow = (formula: string) => parseFlow(formula, latent) as InvertibleFlow;

function vaeOf(options: Partial<MlpVaeOptions> = {}) {
  const model = mlpVae({ pixels, latent, hidden: [7, 6], activation: 'relu', key: key(1), ...options });
  made.push(model);
  return model;
}

const shapesOf = ({ variables }: ReturnType<typeof mlpVae>) =>
  Object.fromEntries(Object.entries(variables).map(([name, { shape }]) => [name, shape]));
const read = (fn: () => Tensor2D) => {
  const tensor = tf.tidy(fn);
  const [values, shape] = [Float32Array.from(tensor.dataSync()), tensor.shape];
  tensor.dispose();
  return { values, shape };
};
const x = () => tf.tensor2d(drawUniform(key(3), 2 * pixels), [2, pixels]);
const noise = (rows = 2) => tf.tensor2d(drawNormal(key(4), rows * latent), [rows, latent]);

const network = {
  'encoder/hidden1/kernel': [15, 7],
  'encoder/hidden1/bias': [7],
  'encoder/hidden2/kernel': [7, 6],
  'encoder/hidden2/bias': [6],
};
const decoder = {
  'decoder/hidden1/kernel': [4, 6],
  'decoder/hidden1/bias': [6],
  'decoder/hidden2/kernel': [6, 7],
  'decoder/hidden2/bias': [7],
  'decoder/output/kernel': [7, 15],
  'decoder/output/bias': [15],
};
const base = (prefix: string) => ({
  [`${prefix}mean/kernel`]: [6, 4],
  [`${prefix}mean/bias`]: [4],
  [`${prefix}logStd/kernel`]: [6, 4],
  [`${prefix}logStd/bias`]: [4],
});

describe('variables', () => {
  it('without a flow: encoder, heads of the normal, decoder in reverse', () => {
    const model = vaeOf();
    const shapes = { ...network, ...base('posterior/'), ...decoder };
    expect(shapesOf(model)).toEqual(shapes);
    expect(Object.keys(model.variables)).toEqual(Object.keys(shapes));
    expect(parameterCount(model.variables)).toBe(160 + 56 + 199);
  });

  it('with an amortised flow: heads for its parameters as well', () => {
    const heads = Object.entries({ w: 8, u: 8, b: 2 }).flatMap(([name, size]) => [
      [`posterior/flow/${name}/kernel`, [6, size]],
      [`posterior/flow/${name}/bias`, [size]],
    ]);
    expect(shapesOf(vaeOf({ flow: formulaFlow('planar*2') }))).toEqual({
      ...network,
      ...base('posterior/base/'),
      ...Object.fromEntries(heads),
      ...decoder,
    });
  });

  it('of maxout layers are four times as wide before the maximum', () => {
    const shapes = shapesOf(vaeOf({ activation: 'maxout' }));
    expect(shapes['encoder/hidden1/kernel']).toEqual([15, 28]);
    expect(shapes['encoder/hidden2/kernel']).toEqual([7, 24]);
    expect(shapes['decoder/output/kernel']).toEqual([7, 15]);
  });

  it('start with zero biases and Glorot kernels', () => {
    const { variables } = vaeOf({ hidden: [300], pixels: 200 });
    const kernel = Array.from(variables['encoder/hidden1/kernel']!.dataSync());
    const radius = Math.sqrt(6 / 500);
    expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(Math.fround(radius));
    const meanSquare = kernel.reduce((sum, value) => sum + value * value, 0) / kernel.length;
    expect(Math.abs(meanSquare / (radius ** 2 / 3) - 1)).toBeLessThan(0.02);
    expect(variables['encoder/hidden1/bias']!.dataSync().every((value) => value === 0)).toBe(true);
  });

  it('are the same bytes for the same key, and other numbers for another', () => {
    const flow = formulaFlow('planar*2');
    const [one, same, other] = [vaeOf({ flow }), vaeOf({ flow }), vaeOf({ flow, key: key(2) })];
    for (const [name, variable] of Object.entries(one.variables)) {
      const values = variable.dataSync();
      expect(same.variables[name]!.dataSync(), name).toEqual(values);
      const drawn = new Set(values).size > 1;
      if (drawn) expect(other.variables[name]!.dataSync(), name).not.toEqual(values);
    }
    const distinct = new Set(Object.values(one.variables).map((variable) => variable.dataSync()[0]));
    expect(distinct.size).toBeGreaterThan(10);
  });

  it('of encoder and decoder do not depend on the flow', () => {
    const [plain, refined] = [vaeOf(), vaeOf({ flow: formulaFlow('planar*2') })];
    for (const name of Object.keys({ ...network, ...decoder })) {
      expect(refined.variables[name]!.dataSync()).toEqual(plain.variables[name]!.dataSync());
    }
  });
});

it('the decoder’s bias is the logit of the mean image, clipped at both ends', () => {
  const meanImage = Float32Array.from({ length: pixels }, (_, i) => i / (pixels - 1));
  const bias = vaeOf({ meanImage }).variables['decoder/output/bias']!.dataSync();
  const logit = (p: number) => Math.log(p / (1 - p));
  expect(
    differences(
      'bias',
      bias,
      Array.from(meanImage, (p) => logit(Math.min(Math.max(p, 0.001), 0.999))),
      1e-6,
    ),
  ).toEqual([]);
  expect(bias[0]).toBeCloseTo(-bias.at(-1)!, 5);
});

describe.each([undefined, 'planar*2'])('mlpVae with flow %s', (formula) => {
  const model = vaeOf(formula ? { flow: formulaFlow(formula) } : {});

  it('keeps shapes, with pixels that make no square', () => {
    expect(read(() => model.decode(noise(5))).shape).toEqual([5, 15]);
    expect(read(() => model.sample(noise(5))).shape).toEqual([5, 15]);
    expect(read(() => model.reconstruct(x(), noise())).shape).toEqual([2, 15]);
    expect(read(() => model.infer(x()).sampleAndLogProb(noise()).z).shape).toEqual([2, 4]);
    tf.tidy(() => {
      const { prior, posterior, likelihood } = model.at(x());
      expect(likelihood(noise()).shape).toEqual([2]);
      expect(prior.logProb(noise()).shape).toEqual([2]);
      expect(posterior.noise).toEqual({ kind: 'normal', width: 4 });
    });
  });

  it('samples the means of p(x|z), z the prior’s', () => {
    const { values } = read(() => model.sample(noise()));
    const logits = read(() => model.decode(noise())).values;
    expect(
      differences(
        'means',
        values,
        logits.map((logit) => 1 / (1 + Math.exp(-logit))),
        1e-6,
      ),
    ).toEqual([]);
  });

  it('reconstructs from a draw of q(z|x)', () => {
    const { values } = read(() => model.reconstruct(x(), noise()));
    const expected = read(() => tf.sigmoid(model.decode(model.infer(x()).sampleAndLogProb(noise()).z)));
    expect(values).toEqual(expected.values);
    const other = read(() => model.reconstruct(tf.sub(1, x()) as Tensor2D, noise()));
    expect(differences('means', values, other.values, 1e-4)).not.toEqual([]);
  });

  it('scores x under the decoder’s Bernoulli variables', () => {
    const [logLikelihood, logits, pixelValues] = [
      read(() => tf.expandDims(model.at(x()).likelihood(noise()), 0) as Tensor2D).values,
      read(() => model.decode(noise())).values,
      read(x).values,
    ];
    const element = (i: number) => pixelValues[i]! * logits[i]! - Math.log1p(Math.exp(logits[i]!));
    const rows = [0, 1].map((row) =>
      Array.from({ length: pixels }, (_, i) => element(row * pixels + i)).reduce((sum, value) => sum + value, 0),
    );
    expect(differences('logLikelihood', logLikelihood, rows, 1e-6)).toEqual([]);
  });
});

it('generation never touches the posterior: other posterior weights, same samples, other reconstructions', () => {
  const model = vaeOf({ flow: formulaFlow('planar*2') });
  const [sampled, reconstructed] = [
    () => read(() => model.sample(noise())),
    () => read(() => model.reconstruct(x(), noise())),
  ];
  const before = [sampled().values, reconstructed().values];
  for (const [name, variable] of Object.entries(model.variables)) {
    if (name.startsWith('decoder/')) continue;
    tf.tidy(() => variable.assign(tf.tensor(drawNormal(fold(key(9), name), variable.size), variable.shape)));
  }
  expect(sampled().values).toEqual(before[0]);
  expect(reconstructed().values).not.toEqual(before[1]);
  const bias = model.variables['decoder/output/bias']!;
  tf.tidy(() => bias.assign(tf.ones([pixels])));
  expect(sampled().values).not.toEqual(before[0]);
});
