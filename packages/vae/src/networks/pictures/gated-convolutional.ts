// The network `gated-conv`: gated convolutions on both sides.

import type { NetworkMaker } from '../network-pair.ts';
import {
  convolution,
  dense,
  gated,
  inTurn,
  type Layer,
  pictureOfPixel,
  reshaped,
  startsFrom,
  strided,
  transposedConvolution,
} from './convolutions.ts';
import { type PictureParts, pictureDecoder, pictureEncoder, pictureParts } from './picture-networks.ts';
import type { PictureShape } from './picture-rows.ts';

const SIZE = 5;

/** Outputs for each value of a categorical likelihood of bytes. */
const LEVELS = 256;

/** Channels and strides in the encoder's order. */
const ENCODER = [
  { channels: 32, stride: 1 },
  { channels: 32, stride: 2 },
  { channels: 64, stride: 1 },
  { channels: 64, stride: 2 },
  { channels: 64, stride: 1 },
] as const;

/** Channels, strides, and how often the height and width of the result were halved, in the decoder's order. */
const DECODER = [
  { channels: 64, stride: 1, halved: 2 },
  { channels: 32, stride: 2, halved: 1 },
  { channels: 32, stride: 1, halved: 1 },
  { channels: 32, stride: 2, halved: 0 },
  { channels: 32, stride: 1, halved: 0 },
] as const;

/**
 * The network of van den Berg et al. 2018: h·σ(g), both convolutions of the same input, in every layer. Encoder: 5x5
 * windows of 32, 32, 64, 64, 64 channels with strides 1, 2, 1, 2, 1, then a window over the whole rest (7x7 for
 * 28x28) to the features. Decoder: the same by transposed convolutions, of 64, 64, 32, 32, 32, 32 channels, and a 1x1
 * convolution to the outputs; where these are the logits of 256 levels, a plain 5x5 convolution of 256 channels comes
 * before it.
 *
 * A window over a whole picture is a product, and written so: the kernel holds the same numbers. Weights start as in
 * PyTorch 0.3, whose transposed layers drew within 1/√(inputs · window).
 *
 * @throws ExpectationError for data that are no pictures
 * @see van den Berg, Hasenclever, Tomczak & Welling 2018, arXiv:1803.05649, and their code
 * (riannevdberg/sylvester-flows at 1b8ed5e, models/VAE.py)
 */
export const gatedConvolutional: NetworkMaker = (options) => {
  const parts = pictureParts('gated-conv', options);
  return { encoder: encoderOf(parts), decoder: decoderOf(parts) };
};

function encoderOf(parts: PictureParts) {
  const { read, key, initialisation, features } = parts;
  const start = startsFrom(key('encoder'), initialisation);
  const layers: Record<string, Layer> = {};
  let shape = read;
  ENCODER.forEach(({ channels, stride }, i) => {
    const name = `conv${i + 1}`;
    layers[name] = gated(convolution(shape, { channels: 2 * channels, size: SIZE, stride }, start(name)));
    shape = layers[name].shape as PictureShape;
  });
  layers.flat = reshaped([shape.reduce((a, b) => a * b)]);
  layers.dense = gated(dense(layers.flat.shape[0]!, 2 * features, start('dense')));
  return pictureEncoder(parts, inTurn(layers));
}

function decoderOf(parts: PictureParts) {
  const { picture, inputs, outputs, options, key, initialisation } = parts;
  const start = startsFrom(key('decoder'), initialisation);
  const [height, width] = picture;
  const sizes = [[height, width] as const, strided([height, width], 2), strided(strided([height, width], 2), 2)];
  const [h, w] = sizes[2]!;
  let from = 64;
  const layers: Record<string, Layer> = {};
  layers.dense = gated(pictureOfPixel(inputs, [h, w, 2 * from], start('dense')));
  DECODER.forEach(({ channels, stride, halved }, i) => {
    const name = `deconv${i + 1}`;
    const spread = { from, to: sizes[halved]! };
    layers[name] = gated(transposedConvolution(spread, { channels: 2 * channels, size: SIZE, stride }, start(name)));
    from = channels;
  });
  if (options.outputs.perValue === LEVELS) {
    layers.levels = convolution([height, width, from], { channels: LEVELS, size: SIZE }, start('levels'));
    from = LEVELS;
  }
  const last = { ...start('output'), bias: outputs.bias };
  layers.output = convolution([height, width, from], { channels: outputs.channels, size: 1 }, last);
  return pictureDecoder(parts, inTurn(layers));
}
