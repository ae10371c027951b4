// The common part of the ready networks for pictures: rows become pictures before the layers, and outputs rows behind.
import type { Initialisation } from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import type { Tensor4D } from '@flowvae/tensor';
import type { Network } from '../network.ts';
import type { NetworkPairOptions } from '../network-pair.ts';
import type { Layer } from './convolutions.ts';
import {
  channelBias,
  channelsRead,
  type PictureShape,
  pictureShape,
  readPicture,
  writeOutputs,
} from './picture-rows.ts';

/** The facts from which the layers of both networks follow. */
export interface PictureParts {
  readonly options: NetworkPairOptions;
  /** Shape of a datum. */
  readonly picture: PictureShape;
  /** Shape of the encoder's input: with the mask's channels, and those of the condition. */
  readonly read: PictureShape;
  /** Width of the encoder's features. */
  readonly features: number;
  /** Columns that the decoder reads. */
  readonly inputs: number;
  readonly outputs: {
    readonly channels: number;
    /** The start of the channels; absent: the initialisation's. */
    readonly bias: Float32Array | undefined;
  };
  readonly initialisation: Initialisation | undefined;
  key(network: 'encoder' | 'decoder'): Key;
}

/** @throws ExpectationError for data that are no pictures */
export function pictureParts(name: string, options: NetworkPairOptions): PictureParts {
  const { shape, latent, conditionWidth = 0, outputs, hidden, initialisation, key } = options;
  const picture = pictureShape(name, shape);
  const [height, width, channels] = picture;
  return {
    options,
    picture,
    read: [height, width, channelsRead(picture, options)],
    features: hidden.at(-1)!,
    inputs: latent + conditionWidth,
    outputs: {
      channels: channels * outputs.perValue,
      bias: outputs.bias && channelBias(picture, outputs),
    },
    initialisation,
    key: (network) => fold(key, network),
  };
}

/** Layers behind the step from rows to pictures. */
export const pictureEncoder = ({ picture, options }: PictureParts, layers: Layer): Network => ({
  variables: layers.variables,
  outputWidth: layers.shape[0]!,
  apply: (rows) => layers.apply(readPicture(rows, picture, options)) as ReturnType<Network['apply']>,
});

/** Layers before the step from a picture to rows of outputs. */
export const pictureDecoder = ({ options: { outputs } }: PictureParts, layers: Layer): Network => ({
  variables: layers.variables,
  outputWidth: layers.shape.reduce((a, b) => a * b),
  apply: (z) => writeOutputs(layers.apply(z) as Tensor4D, outputs),
});
