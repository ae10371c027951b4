// A convolutional VAE of grey pictures of 256 levels, as large as the flow that it is compared with.
import { defineExperiment, ExpectationError, fold, layers, type NetworkMaker, network, tf, z } from 'flowvae';

const { conv2d, conv2dTranspose, dense, flatten, permute, reshape } = layers.layers;

const WINDOW = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;

/** Height and width after two halvings; the decoder starts there. */
function quarters([height = 0, width = 0, channels = 0]: readonly number[]): readonly [number, number] {
  if (height % 4 === 0 && width % 4 === 0 && channels === 1) return [height / 4, width / 4];
  throw new ExpectationError({
    where: 'vae: data',
    expected: 'grey pictures whose sides 4 divides',
    received: `${height} x ${width} x ${channels}`,
  });
}

/**
 * Encoder: 3x3 convolutions with stride 2, of w, 2w and w channels. Decoder: dense to 2w channels, a 3x3 transposed
 * convolution with stride 2 to w channels, and one of 4x4 to the outputs of each pixel. ReLU in between.
 */
const networksOf =
  (width: number): NetworkMaker =>
  ({ shape, latent, outputs, key }) => {
    const [h, w] = quarters(shape);
    const encoder = layers.sequential({
      layers: [
        conv2d({ ...WINDOW, filters: width, strides: 2, inputShape: [...shape] }),
        conv2d({ ...WINDOW, filters: 2 * width, strides: 2 }),
        conv2d({ ...WINDOW, filters: width, strides: 2 }),
        flatten(),
      ],
    });
    const decoder = layers.sequential({
      layers: [
        dense({ units: h * w * 2 * width, activation: 'relu', inputShape: [latent] }),
        reshape({ targetShape: [h, w, 2 * width] }),
        conv2dTranspose({ ...WINDOW, filters: width, strides: 2 }),
        conv2dTranspose({ filters: outputs.perValue, kernelSize: 4, strides: 2, padding: 'same', name: 'output' }),
        permute({ dims: [3, 1, 2] }), // the likelihood takes all pixels of an output side by side
      ],
    });
    const pair = {
      encoder: network(encoder, { key: fold(key, 'encoder') }),
      decoder: network(decoder, { key: fold(key, 'decoder') }),
    };
    const { bias } = outputs;
    if (bias) tf.tidy(() => pair.decoder.variables['output/bias']!.assign(meanOver(bias, outputs.perValue)));
    return pair;
  };

/** The start [perValue·P] of all outputs as one number for each channel: a convolution has one bias for all pixels. */
const meanOver = (bias: Float32Array, perValue: number) => tf.mean(tf.reshape(tf.tensor1d(bias), [perValue, -1]), 1);

export default defineExperiment({
  settings: { width: z.number().int().min(1).default(32).describe('channels of the first convolution') },
  options: { latent: 20, flow: 'none', binarize: 'none', likelihood: 'logistic-mixture(5)' },
  model: ({ builtIn, settings }) => builtIn({ networks: networksOf(settings.width) }),
  title: () => 'convolutional VAE',
});
