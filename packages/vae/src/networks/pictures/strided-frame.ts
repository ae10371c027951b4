// The way down and the way back that `conv` and `resnet` share: two strided convolutions and a dense layer, with layers
// of their own behind each.
import type { NetworkPair } from '../network-pair.ts';
import {
  convolution,
  dense,
  inTurn,
  type Layer,
  relu,
  reshaped,
  type Start,
  startsFrom,
  strided,
  transposedConvolution,
} from './convolutions.ts';
import { type PictureParts, pictureDecoder, pictureEncoder } from './picture-networks.ts';

const CHANNELS = [32, 64] as const;
const WINDOW = { size: 3, stride: 2 } as const;

/** A layer of 32 or 64 channels, and its place: 1 and 2, in the order in which data pass. */
interface Passed {
  readonly layer: Layer;
  readonly place: 1 | 2;
  readonly part: 'encoder' | 'decoder';
  readonly start: Start;
}

/** The layers behind one of the frame's, by their names. */
export type Behind = (passed: Passed) => Readonly<Record<string, Layer>>;

/** Encoder and decoder of a frame. */
export const stridedFrame = (parts: PictureParts, behind: Behind): NetworkPair => ({
  encoder: encoderOf(parts, behind),
  decoder: decoderOf(parts, behind),
});

function encoderOf(parts: PictureParts, behind: Behind) {
  const { read, key, initialisation, features } = parts;
  const start = startsFrom(key('encoder'), initialisation);
  const first = convolution(read, { channels: CHANNELS[0], ...WINDOW }, start('conv1'));
  const second = convolution(first.shape, { channels: CHANNELS[1], ...WINDOW }, start('conv2'));
  const flat = reshaped([second.shape.reduce((a, b) => a * b)]);
  const last = dense(flat.shape[0]!, features, start('dense'));
  const after = (layer: Layer, place: 1 | 2) => behind({ layer, place, part: 'encoder', start });
  return pictureEncoder(
    parts,
    inTurn({
      conv1: first,
      ...after(first, 1),
      conv2: second,
      ...after(second, 2),
      flat,
      dense: last,
      relu: relu(last),
    }),
  );
}

function decoderOf(parts: PictureParts, behind: Behind) {
  const { picture, inputs, outputs, key, initialisation } = parts;
  const start = startsFrom(key('decoder'), initialisation);
  const [height, width] = picture;
  const half = strided([height, width], 2);
  const small = reshaped([...strided(half, 2), CHANNELS[1]]);
  const size = small.shape.reduce((a, b) => a * b);
  const first = dense(inputs, size, start('dense'));
  const spread = { from: CHANNELS[1], to: half };
  const second = transposedConvolution(spread, { channels: CHANNELS[0], ...WINDOW }, start('deconv1'));
  const whole = { from: CHANNELS[0], to: [height, width] } as const;
  const last = { ...start('output'), bias: outputs.bias };
  const after = (layer: Layer, place: 1 | 2) => behind({ layer, place, part: 'decoder', start });
  return pictureDecoder(
    parts,
    inTurn({
      dense: first,
      shape: small,
      ...after(small, 1),
      deconv1: second,
      ...after(second, 2),
      output: transposedConvolution(whole, { channels: outputs.channels, ...WINDOW }, last),
    }),
  );
}
