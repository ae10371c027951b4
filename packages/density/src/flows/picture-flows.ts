// The picture flows by name, with one set of options.
import {
  type ConvolutionActivation,
  type CouplingMapName,
  glow,
  type ImageFlow,
  type ImageShape,
  imageNice,
  imageRealnvp,
} from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { type PictureFlowName, pictureFlowNames } from './picture-flow-names.ts';

/** Options of {@link pictureFlow}. */
export interface PictureFlowOptions {
  /** Scales of `realnvp` and `glow`: how often height and width are halved. Default 2. */
  readonly levels?: number;
  /** Glow's steps on each scale; couplings of each kind on each scale of RealNVP; all couplings of NICE. Default 4. */
  readonly depth?: number;
  /** Channels inside the networks. Default 64. */
  readonly width?: number;
  /** The couplings' map; NICE has additive ones alone. Default `'affine'`. */
  readonly map?: CouplingMapName;
  /** Of the convolutional networks. Default `'relu'`, which learns faster than the smooth `'elu'` of the flows. */
  readonly activation?: ConvolutionActivation;
  /** Decides fixed permutations. */
  readonly key: Key;
}

type Sizes = Required<PictureFlowOptions>;

const makers: Readonly<Record<PictureFlowName, (shape: ImageShape, sizes: Sizes) => ImageFlow>> = {
  nice: (shape, { depth, width, activation }) => imageNice(shape, { couplings: depth, width, activation }),
  realnvp: (shape, { depth, ...sizes }) => imageRealnvp(shape, { ...sizes, couplings: depth }),
  glow: (shape, { depth, ...sizes }) => glow(shape, { ...sizes, steps: depth }),
};

/**
 * A flow of pictures by its name: `nice`, `realnvp` or `glow`.
 *
 * @throws ExpectationError for another name, or sides that cannot be halved `levels` times
 */
export function pictureFlow(
  name: PictureFlowName,
  shape: ImageShape,
  { levels = 2, depth = 4, width = 64, map = 'affine', activation = 'relu', key }: PictureFlowOptions,
): ImageFlow {
  if (Object.hasOwn(makers, name)) return makers[name](shape, { levels, depth, width, map, activation, key });
  const expected = `one of ${pictureFlowNames.join(', ')}`;
  throw new ExpectationError({ where: 'pictureFlow: name', expected, received: String(name) });
}
