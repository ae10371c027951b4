// The network `resnet`: residual blocks between strided convolutions.
import type { NetworkMaker } from '../network-pair.ts';
import {
  type ConvolutionOptions,
  convolution,
  inTurn,
  type Layer,
  relu,
  residual,
  type Start,
} from './convolutions.ts';
import { pictureParts } from './picture-networks.ts';
import type { PictureShape } from './picture-rows.ts';
import { type Behind, stridedFrame } from './strided-frame.ts';

/**
 * Encoder: a 3x3 convolution with stride 2 and a residual block, twice, of 32 and 64 channels; a dense layer of the
 * last width of `hidden`. Decoder: the same way back. A block is x + conv(relu(conv(relu(x)))).
 *
 * @throws ExpectationError for data that are no pictures
 * @see He et al. 2016, arXiv:1603.05027, for the order in a block
 */
export const residualConvolutional: NetworkMaker = (options) => stridedFrame(pictureParts('resnet', options), behind);

/** The encoder's convolution between its blocks takes their sum as it is; every other layer behind a block a ReLU. */
const behind: Behind = ({ layer, place, part, start }) => ({
  [`block${place}`]: block(layer, `block${place}`, start),
  ...(part === 'encoder' && place === 1 ? {} : { [`relu${place}`]: relu(layer) }),
});

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
