// The network `gated-conv`: layers, numbers of parameters and start of the published one, and its gates.
import { key } from '@flowvae/random';
import { parameterCount, type Tensor4D, tf } from '@flowvae/tensor';
import { gatedConvolutional, mlpVae, networkTable, parseLikelihood } from '@flowvae/vae';
import { describe, expect, it } from 'vitest';
import { convolution, gated, pictureOfPixel } from '../../packages/vae/src/networks/pictures/convolutions.ts';
import { differences } from '../laws/comparison.ts';
import { keptModels } from './kept-models.ts';

const kept = keptModels();

describe('gated-conv', () => {
  const model = kept(
    mlpVae({
      ...networkTable['gated-conv'].fixed,
      pixels: 784,
      shape: [28, 28, 1],
      latent: 4,
      networks: gatedConvolutional,
      key: key(7),
    }),
  );
  const shapeOf = (path: string) => model.variables[path]!.shape;

  it('has the published layers, both convolutions of a gate in one kernel', () => {
    const kernels = (part: string, names: readonly string[]) => names.map((name) => shapeOf(`${part}/${name}/kernel`));
    expect(kernels('encoder', ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'dense'])).toEqual([
      [5, 5, 1, 64],
      [5, 5, 32, 64],
      [5, 5, 32, 128],
      [5, 5, 64, 128],
      [5, 5, 64, 128],
      [7 * 7 * 64, 512],
    ]);
    expect(kernels('decoder', ['dense', 'deconv1', 'deconv2', 'deconv3', 'deconv4', 'deconv5', 'output'])).toEqual([
      [4, 7 * 7 * 128],
      [5, 5, 128, 64],
      [5, 5, 64, 64],
      [5, 5, 64, 32],
      [5, 5, 64, 32],
      [5, 5, 64, 32],
      [1, 1, 32, 1],
    ]);
    expect(shapeOf('posterior/rawVariance/kernel')).toEqual([256, 4]);
    expect(shapeOf('decoder/dense/bias')).toEqual([128]); // of a transposed convolution: one for each channel
  });

  it.each([
    // PyTorch's number of parameters of the published models with z of 64 numbers
    ['bernoulli', 3_067_105],
    ['categorical', 3_067_105 - 33 + (25 * 32 * 256 + 256) + (256 * 256 + 256)],
  ])('has as many parameters as the published model: %s', (likelihood, expected) => {
    const shape = [28, 28, 1];
    const fixed = networkTable['gated-conv'].fixed;
    const options = { ...fixed, pixels: 784, shape, latent: 64, networks: gatedConvolutional, key: key(1) };
    const { variables } = kept(mlpVae({ ...options, likelihood: parseLikelihood(likelihood) }));
    expect(parameterCount(variables)).toBe(expected);
    const levels = likelihood === 'categorical' ? [5, 5, 32, 256] : undefined;
    expect(variables['decoder/levels/kernel']?.shape).toEqual(levels);
  });

  it('spreads one pixel over a picture as a transposed convolution does', () => {
    const start = { initialisation: 'torch', key: key(9) } as const;
    const layer = kept(pictureOfPixel(2, [2, 3, 4], start));
    const [kernel, bias] = ['kernel', 'bias'].map((part) => layer.variables[part]!);
    const z = tf.tensor2d([0.3, -1.2], [1, 2]);
    const found = layer.apply(z).dataSync();
    // TensorFlow's kernel of it is [height, width, channels, inputs]
    const filter = tf.transpose(tf.reshape(kernel!, [2, 2, 3, 4]), [1, 2, 3, 0]) as Tensor4D;
    const pixel = tf.reshape(z, [1, 1, 1, 2]) as Tensor4D;
    const expected = tf.add(tf.conv2dTranspose(pixel, filter, [1, 2, 3, 4], 1, 'valid'), bias!).dataSync();
    expect(differences('spread', found, expected, 1e-6)).toEqual([]);
  });

  it('starts its layers within 1/√(inputs · window)', () => {
    const largest = (path: string) =>
      model.variables[path]!.dataSync<'float32'>().reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    for (const [path, fanIn] of [
      ['encoder/conv3', 25 * 32],
      ['encoder/dense', 49 * 64],
      ['decoder/dense', 49 * 4],
      ['decoder/deconv2', 25 * 64],
    ] as const) {
      expect(largest(`${path}/kernel`) * Math.sqrt(fanIn), path).toBeGreaterThan(0.95);
      expect(largest(`${path}/kernel`) * Math.sqrt(fanIn), path).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  it('computes h·σ(g) of two convolutions, against sums written out in float64', () => {
    const start = { initialisation: 'torch', key: key(9) } as const;
    const layer = kept(gated(convolution([2, 3, 1], { channels: 4, size: 5, stride: 2 }, start)));
    const x = [0.3, 0.9, 0.1, 0.6, 0.2, 0.8];
    const [kernel, bias] = ['kernel', 'bias'].map((part) => layer.variables[part]!.dataSync());
    const sum = (column: number, channel: number) =>
      x.reduce((total, value, at) => {
        const [i, j] = [Math.floor(at / 3) + 2, (at % 3) - 2 * column + 2]; // of the window at row 0
        return total + value * kernel![(5 * i + j) * 4 + channel]!;
      }, bias![channel]!);
    const expected = [0, 1].flatMap((column) =>
      [0, 1].map((c) => sum(column, c) / (1 + Math.exp(-sum(column, c + 2)))),
    );
    const found = tf.tidy(() => layer.apply(tf.tensor4d(x, [1, 2, 3, 1])).dataSync());
    expect(differences('gated', found, expected, 1e-6)).toEqual([]);
  });
});
