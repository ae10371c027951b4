// The ready networks for pictures: shapes of the published layers, gradients, layouts of the outputs, and refusals.
import { elbo } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { ExpectationError, type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import {
  convolutional,
  gatedConvolutional,
  type MlpVae,
  type NetworkMaker,
  networkMakers,
  networkTable,
  networkVae,
  parseLikelihood,
  residualConvolutional,
} from '@flowvae/vae';
import { describe, expect, it } from 'vitest';
import { differences, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors } from '../laws/evaluation.ts';
import { keptModels } from './kept-models.ts';

const ready: Readonly<Record<string, NetworkMaker>> = {
  conv: convolutional,
  resnet: residualConvolutional,
  'gated-conv': gatedConvolutional,
};
const latent = 3;
const kept = keptModels();

type Changes = Partial<Parameters<typeof networkVae>[0]>;
const modelOf = (networks: NetworkMaker, shape: readonly number[], changes: Changes = {}): MlpVae => {
  const pixels = shape.reduce((a, b) => a * b);
  return kept(networkVae({ pixels, shape, latent, networks, hidden: [6], key: key(1), ...changes }));
};

const stepOf =
  ({ at, variables }: MlpVae) =>
  ({ x, noise }: Tensors) => {
    const trained = Object.entries(variables).filter(([, { trainable }]) => trainable);
    const loss = () => elbo().bound(at(x as Tensor2D, { isTraining: true }), noise as Tensor2D).loss as Scalar;
    const { value, grads } = tf.variableGrads(
      loss,
      trained.map(([, variable]) => variable),
    );
    const gradients = trained.map(([name, variable]) => [`gradient:${name}`, grads[variable.name]!] as const);
    return { loss: value, ...Object.fromEntries(gradients.filter(([, each]) => each)) };
  };

const batchOf = (rows: number, width: number): Inputs => ({
  x: shaped(drawUniform(key(2), rows * width), [rows, width]),
  noise: shaped(drawNormal(key(3), rows * latent), [rows, latent]),
});

describe.each(Object.entries(ready))('%s', (name, networks) => {
  it('is a row of the table, with its maker', () => {
    expect(networkMakers[name as keyof typeof networkMakers]).toBe(networks);
    expect(networkTable[name as 'conv'].fixed.hidden).toEqual([256]);
  });

  it.each([
    ['grey', [4, 3, 1], {}],
    ['colour of odd sizes', [5, 3, 3], {}],
    ['masked', [3, 4, 2], { masked: true }],
    ['tiny', [1, 2, 1], {}],
  ] as const)(
    'has a gradient at every variable, the same eager and compiled: %s pictures',
    async (_, shape, changes) => {
      const model = modelOf(networks, shape, { ...changes, initialisation: 'torch' });
      const pixels = shape.reduce((a: number, b) => a * b, 1);
      const inputs = batchOf(2, 'masked' in changes ? 2 * pixels : pixels);
      const byKernel = eager(stepOf(model), inputs);
      const silent = Object.keys(model.variables).filter(
        (path) => !byKernel[`gradient:${path}`]?.some((value) => value !== 0),
      );
      // a ReLU network on a picture of one or two pixels may have units that are all off
      expect(silent.length).toBeLessThanOrEqual(pixels < 3 ? 2 : 0);
      const asGraph = await compiled(stepOf(model), inputs, model.variables);
      const found = Object.entries(byKernel).flatMap(([path, values]) =>
        gradientDifferences(path, asGraph[path]!, values, 1e-4),
      );
      expect(found).toEqual([]);
    },
  );

  it('has a loss that falls along its gradient as the gradient says', () => {
    const model = modelOf(networks, [3, 3, 2], { initialisation: 'torch' });
    const inputs = batchOf(2, 18);
    const { loss: _, ...gradients } = eager(stepOf(model), inputs);
    const squares = Object.values(gradients).flatMap((values) => Array.from(values, (g) => g * g));
    const squaredNorm = squares.reduce((sum, square) => sum + square, 0);
    const length = 1e-2 / Math.sqrt(squaredNorm);
    const lossAt = (by: number): number => {
      for (const [path, values] of Object.entries(gradients)) {
        const variable = model.variables[path.slice('gradient:'.length)]!;
        tf.tidy(() =>
          variable.assign(
            tf.add(
              variable,
              tf.tensor(
                values.map((g) => by * g),
                variable.shape,
              ),
            ),
          ),
        );
      }
      return eager(({ x, noise }) => ({ y: elbo().bound(model.at(x as Tensor2D), noise as Tensor2D).loss }), inputs)
        .y![0]!;
    };
    const after = lossAt(length);
    expect(Math.abs((after - lossAt(-2 * length)) / (2 * length * squaredNorm) - 1)).toBeLessThan(2e-2);
  });

  it('starts from the key alone', () => {
    const [first, second, other] = [key(4), key(4), key(5)].map((each) => modelOf(networks, [6, 5, 1], { key: each }));
    const values = ({ variables }: MlpVae) => Object.entries(variables).map(([path, v]) => [path, ...v.dataSync()]);
    expect(values(first!)).toEqual(values(second!));
    expect(values(first!)).not.toEqual(values(other!));
  });

  it('takes a condition: as channels of one value, and behind z', () => {
    const options = { shape: [4, 5, 1], inputWidth: 20, latent, outputs: { perValue: 1 }, hidden: [6], key: key(6) };
    const { encoder, decoder } = networks({ ...options, conditionWidth: 2, activation: 'relu' });
    [encoder, decoder].forEach(kept);
    const read = encoder.variables[Object.keys(encoder.variables)[0]!]!;
    expect(read.shape[2]).toBe(3);
    const shapes = tf.tidy(() => [
      encoder.apply(tf.zeros([2, 22])).shape,
      decoder.apply(tf.zeros([2, latent + 2])).shape,
    ]);
    expect(shapes).toEqual([
      [2, 6],
      [2, 20],
    ]);
  });

  it('refuses data that are no pictures, and says what to do', () => {
    expect(() => modelOf(networks, [12])).toThrowError(
      `architecture ${name}: expected pictures, [height, width, channels], got rows of 12 values; name the pictures’ \`shape\` if the rows are flat pictures, or take \`architecture\` mlp`,
    );
  });

  it('refuses pictures whose dense layer no memory holds', () => {
    expect(() => modelOf(networks, [3000, 3000, 1], { hidden: [256] })).toThrowError(ExpectationError);
  });
});

describe('outputs of a picture', () => {
  const shape = [2, 3, 2] as const;

  it.each([
    ['logit-normal', false],
    ['logistic-mixture(2)', false],
    ['categorical', true],
  ] as const)('lie where %s takes them: a shift of one channel moves these outputs alone', (formula, isByValue) => {
    const likelihood = parseLikelihood(formula);
    const k = likelihood.outputsPerPixel;
    expect(likelihood.isByValue ?? false).toBe(isByValue);
    const model = modelOf(convolutional, shape, { likelihood });
    const decoded = () =>
      tf.tidy(() =>
        model
          .decode(tf.ones([1, latent]))
          .dataSync()
          .slice(),
      );
    const before = decoded();
    const bias = model.variables['decoder/output/bias']!;
    const [channel, output] = [1, k - 1];
    tf.tidy(() => bias.assign(tf.add(bias, tf.reshape(tf.oneHot([channel * k + output], 2 * k), [-1]))));
    const moved = [...decoded()].flatMap((value, i) => (Math.abs(value - before[i]! - 1) < 1e-4 ? [i] : []));
    const values = Array.from({ length: 6 }, (_, pixel) => pixel * 2 + channel);
    expect(moved).toEqual(values.map((value) => (isByValue ? value * k + output : output * 12 + value)));
  });

  it('start at the mean of each channel, and for several outputs at the start of each', () => {
    const meanImage = Float32Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 0.2 : 0.7));
    const biasOf = (formula: string) =>
      modelOf(convolutional, shape, { likelihood: parseLikelihood(formula), meanImage }).variables[
        'decoder/output/bias'
      ]!.dataSync();
    const logit = (mean: number) => Math.log(mean / (1 - mean));
    expect(differences('bernoulli', biasOf('bernoulli'), [logit(0.2), logit(0.7)], 1e-6)).toEqual([]);
    const start = parseLikelihood('logit-normal').start(meanImage).bias;
    const expected = [start[0]!, start[12]!, start[1]!, start[13]!]; // by channel, then output
    expect(differences('logit-normal', biasOf('logit-normal'), expected, 1e-6)).toEqual([]);
  });
});

it('the key of a layer is its own: networks of other widths share the start of equal layers', () => {
  const [narrow, wide] = [6, 9].map((width) =>
    modelOf(convolutional, [6, 5, 1], { hidden: [width], key: fold(key(8), 'x') }),
  );
  const of = (model: MlpVae) => [...model.variables['encoder/conv1/kernel']!.dataSync()];
  expect(of(narrow!)).toEqual(of(wide!));
});
