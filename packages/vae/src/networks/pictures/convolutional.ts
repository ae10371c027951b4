// The network `conv`: two strided convolutions, a dense layer, and the same way back by transposed convolutions.
import type { NetworkMaker } from '../network-pair.ts';
import { relu } from './convolutions.ts';
import { pictureParts } from './picture-networks.ts';
import { stridedFrame } from './strided-frame.ts';

/**
 * Encoder: 3x3 convolutions of 32 and 64 channels with stride 2, a dense layer of the last width of `hidden`; ReLU
 * after each. Decoder: dense, then transposed convolutions of 32 channels and of the outputs.
 *
 * @throws ExpectationError for data that are no pictures
 */
export const convolutional: NetworkMaker = (options) =>
  stridedFrame(pictureParts('conv', options), ({ layer, place }) => ({ [`relu${place}`]: relu(layer) }));
