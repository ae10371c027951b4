// An ordinary tf.layers program, a convolutional autoencoder, trained with `model.fit` on the backend and on tfjs-cpu.
import { runCounter } from '@flowvae/compiler';
import { type LayersModel, layers, type Tensor4D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { countCalls } from './kernel-calls.ts';

/** 8×8 grey images to 5 numbers and back, by every kind of layer that a convolutional network is made of. */
function autoencoder(): LayersModel {
  const seeded = (seed: number) => layers.initializers.glorotUniform({ seed });
  const { conv2d, conv2dTranspose, batchNormalization, maxPooling2d, upSampling2d, flatten, dense, reshape } =
    layers.layers;
  const model = layers.sequential({
    layers: [
      // no bias: the normalisation removes it, so its gradient would be rounding noise, which Adam would follow
      conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        useBias: false,
        padding: 'same',
        kernelInitializer: seeded(1),
      }),
      batchNormalization({}),
      layers.layers.activation({ activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 5, activation: 'tanh', kernelInitializer: seeded(2) }),
      dense({ units: 4 * 4 * 4, activation: 'elu', kernelInitializer: seeded(3) }),
      reshape({ targetShape: [4, 4, 4] }),
      // tfjs-cpu's gradient of the other interpolation, nearest, is wrong for batches of more than one image
      upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
      conv2dTranspose({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: seeded(4) }),
      conv2d({ filters: 1, kernelSize: 3, padding: 'same', activation: 'sigmoid', kernelInitializer: seeded(5) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy', metrics: ['mse'] });
  return model;
}

/** Grey values without repetition: in flat patches the maxima of a pool tie, and rounding decides which one learns. */
const images = () => {
  const greys = Float32Array.from(
    { length: 12 * 64 },
    (_, i) => 0.5 + 0.24 * (Math.sin(i * 0.7) + Math.cos(i * i * 0.13)),
  );
  return tf.tensor4d(greys, [12, 8, 8, 1]);
};

interface Trained {
  readonly losses: readonly number[];
  readonly weights: readonly (readonly number[])[];
  readonly output: readonly number[];
}

async function trainOn(backend: string, epochs: number): Promise<Trained> {
  const before = tf.getBackend();
  await tf.setBackend(backend);
  try {
    const [model, x] = [autoencoder(), images()];
    const { history } = await model.fit(x, x, { epochs, batchSize: 6, shuffle: false, verbose: 0 });
    const output = model.predict(x) as Tensor4D;
    const weights = await Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));
    const result = { losses: history.loss as number[], weights, output: [...(await output.data())] };
    tf.dispose([x, output]);
    model.dispose();
    tf.disposeVariables();
    return result;
  } finally {
    await tf.setBackend(before);
  }
}

const farthest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

it('an unmodified convolutional autoencoder trains on ONNX Runtime as on tfjs-cpu', async () => {
  tf.backend();
  const expected = await trainOn('cpu', 3);
  const { nodes } = runCounter;
  const cpuKernels = countCalls('cpu');
  const got = await trainOn('onnxruntime', 3);
  expect(cpuKernels()).toBe(0);
  expect(runCounter.nodes - nodes).toBeGreaterThan(500);
  expect(farthest(got.losses, expected.losses)).toBeLessThan(1e-5);
  got.weights.forEach((weight, i) => {
    expect(farthest(weight, expected.weights[i]!)).toBeLessThan(1e-4);
  });
  expect(farthest(got.output, expected.output)).toBeLessThan(1e-5);
  expect(expected.losses.at(-1)!).toBeLessThan(expected.losses[0]!);
});
