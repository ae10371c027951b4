// The network `resnet`: residual blocks between strided convolutions.

import type { NetworkMaker } from '../network-pair.ts';
import {
  type ConvolutionOptions,
  convolution,
  dense,
  inTurn,
  type Layer,
  relu,
  reshaped,
  residual,
  type Start,
  startsFrom,
  strided,
  transposedConvolution,
} from './convolutions.ts';
import { type PictureParts, pictureDecoder, pictureEncoder, pictureParts } from './picture-networks.ts';
import type { PictureShape } from './picture-rows.ts';

const CHANNELS = [32, 64] as const;
const WINDOW = { size: 3, stride: 2 } as const;

/**
 * Encoder: a 3x3 convolution with stride 2 and a residual block, twice, of 32 and 64 channels; a dense layer of the
 * last width of `hidden`. Decoder: the same way back. A block is x + conv(relu(conv(relu(x)))).
 *
 * @throws ExpectationError for data that are no pictures
 * @see He et al. 2016, arXiv:1603.05027, for the order in a block
 */
export const residualConvolutional: NetworkMaker = (options) => {
  const parts = pictureParts('resnet', options);
  return { encoder: encoderOf(parts), decoder: decoderOf(parts) };
};

function block({ shape }: Layer, name: string, start: Start): Layer {
  const picture = shape as PictureShape;
  const options: ConvolutionOptions = { channels: picture[2], size: 3 };
  return residual(
    inTurn({
      relu1: relu({ shape }),
      conv1: convolution(picture, options, start(`${name}/conv1`)),
      relu2: relu({ shape }),
      conv2: convolution(picture, options, start(`${name}/conv2`)),
    }),
  );
}

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
      block1: block(first, 'block1', start),
      conv2: second,
      block2: block(second, 'block2', start),
      relu1: relu(second),
      flat,
      dense: last,
      relu2: relu(last),
    }),
  );
}

function decoderOf(parts: PictureParts) {
  const { picture, inputs, outputs, key, initialisation } = parts;
  const start = startsFrom(key('decoder'), initialisation);
  const [height, width] = picture;
  const half = strided([height, width], 2);
  const small = reshaped([...strided(half, 2), CHANNELS[1]]);
  const first = dense(
    inputs,
    small.shape.reduce((a, b) => a * b),
    start('dense'),
  );
  const spread = { from: CHANNELS[1], to: half };
  const second = transposedConvolution(spread, { channels: CHANNELS[0], ...WINDOW }, start('deconv1'));
  const whole = { from: CHANNELS[0], to: [height, width] } as const;
  const last = { ...start('output'), bias: outputs.bias };
  const third = transposedConvolution(whole, { channels: outputs.channels, ...WINDOW }, last);
  return pictureDecoder(
    parts,
    inTurn({
      dense: first,
      shape: small,
      block1: block(small, 'block1', start),
      relu1: relu(small),
      deconv1: second,
      block2: block(second, 'block2', start),
      relu2: relu(second),
      output: third,
    }),
  );
}
