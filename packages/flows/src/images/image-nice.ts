// NICE of pictures: additive couplings by a checkerboard, and one scaling.
import { checkCount } from '@flowvae/tensor';
import { chain } from '../compose/chain.ts';
import { checkerboardCoupling } from './couplings.ts';
import { imageActnorm } from './image-actnorm.ts';
import type { ConvolutionNetOptions } from './parts/convolution-net.ts';
import { type ImageFlow, imageFlow } from './parts/image-flow.ts';
import { checkImage, type ImageShape, sizeOf } from './parts/picture.ts';

/** Options of {@link imageNice}. */
export interface ImageNiceOptions extends ConvolutionNetOptions {
  /** Couplings, whose parts alternate. Default 4. */
  readonly couplings?: number;
}

/**
 * NICE, from noise to pictures: from pictures to noise `couplings` times an additive {@link checkerboardCoupling}, then
 * (z + shift)·exp(logScale) with a scale for every number; log|det J| = −Σ logScale.
 *
 * Networks are convolutional here. Both directions take one pass. It starts as the identity; `initialParamsFrom` starts
 * the scaling from data. Shapes: z [B, D], D = h·w·c; parameters of each link → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for a shape of one pixel
 * @see Dinh et al. 2015, arXiv:1410.8516, sections 3.2 and 3.3
 */
export function imageNice(shape: ImageShape, { couplings = 4, ...net }: ImageNiceOptions = {}): ImageFlow {
  checkCount('imageNice: couplings', couplings);
  checkImage('imageNice', shape);
  const coupling = (i: number) => checkerboardCoupling(shape, { ...net, map: 'additive', swap: i % 2 === 1 });
  const scaling = imageActnorm([1, 1, sizeOf(shape)]); // of one pixel every number is a channel
  return imageFlow(
    `image-nice(${couplings})`,
    chain([...Array.from({ length: couplings }, (_, i) => coupling(i)), scaling]),
  );
}
