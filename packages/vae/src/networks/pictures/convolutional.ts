// The network `conv`: two strided convolutions, a dense layer, and the same way back by transposed convolutions.

import type { NetworkMaker } from '../network-pair.ts';
import {
  convolution,
  dense,
  inTurn,
  relu,
  reshaped,
  startsFrom,
  strided,
  transposedConvolution,
} from './convolutions.ts';
import { type PictureParts, pictureDecoder, pictureEncoder, pictureParts } from './picture-networks.ts';

const CHANNELS = [32, 64] as const;
const WINDOW = { size: 3, stride: 2 } as const;

/**
 * Encoder: 3x3 convolutions of 32 and 64 channels with stride 2, a dense layer of the last width of `hidden`; ReLU
 * after each. Decoder: dense, then transposed convolutions of 32 channels and of the outputs.
 *
 * @throws ExpectationError for data that are no pictures
 */
export const convolutional: NetworkMaker = (options) => {
  const parts = pictureParts('conv', options);
  return { encoder: encoderOf(parts), decoder: decoderOf(parts) };
};

function encoderOf(parts: PictureParts) {
  const { read, key, initialisation, features } = parts;
  const start = startsFrom(key('encoder'), initialisation);
  const first = convolution(read, { channels: CHANNELS[0], ...WINDOW }, start('conv1'));
  const second = convolution(first.shape, { channels: CHANNELS[1], ...WINDOW }, start('conv2'));
  const flat = reshaped([second.shape.reduce((a, b) => a * b)]);
  const last = dense(flat.shape[0]!, features, start('dense'));
  return pictureEncoder(
    parts,
    inTurn({
      conv1: first,
      relu1: relu(first),
      conv2: second,
      relu2: relu(second),
      flat,
      dense: last,
      relu3: relu(last),
    }),
  );
}

function decoderOf(parts: PictureParts) {
  const { picture, inputs, outputs, key, initialisation } = parts;
  const start = startsFrom(key('decoder'), initialisation);
  const [height, width] = picture;
  const half = strided([height, width], 2);
  const small = [...strided(half, 2), CHANNELS[1]] as const;
  const first = dense(inputs, small[0] * small[1] * small[2], start('dense'));
  const spread = { from: CHANNELS[1], to: half };
  const second = transposedConvolution(spread, { channels: CHANNELS[0], ...WINDOW }, start('deconv1'));
  const whole = { from: CHANNELS[0], to: [height, width] } as const;
  const last = { ...start('output'), bias: outputs.bias };
  const third = transposedConvolution(whole, { channels: outputs.channels, ...WINDOW }, last);
  const shape = reshaped(small);
  return pictureDecoder(
    parts,
    inTurn({ dense: first, relu1: relu(first), shape, deconv1: second, relu2: relu(second), output: third }),
  );
}
