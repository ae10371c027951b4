// RealNVP of pictures: couplings by a checkerboard and by channels, on several scales.
import { checkCount } from '@flowvae/tensor';
import { chain } from '../compose/chain.ts';
import type { InvertibleFlow } from '../flow.ts';
import { channelCoupling, checkerboardCoupling } from './couplings.ts';
import { factorOut, shapeThatGoesOn } from './factor-out.ts';
import { imageActnorm } from './image-actnorm.ts';
import type { ConvolutionNetOptions } from './parts/convolution-net.ts';
import type { CouplingMapOptions } from './parts/coupling-maps.ts';
import { type ImageFlow, imageFlow } from './parts/image-flow.ts';
import { checkImage, type ImageShape } from './parts/picture.ts';
import { squeeze } from './squeeze.ts';

/** Options of {@link imageRealnvp}. */
export interface ImageRealnvpOptions extends ConvolutionNetOptions, CouplingMapOptions {
  /** Scales before the last one; height and width are multiples of 2^levels. Default 1. */
  readonly levels?: number;
  /** Couplings of each kind on each scale, and one more on the last. Default 3. */
  readonly couplings?: number;
}

/**
 * RealNVP, from noise to pictures: from pictures to noise each level does `couplings` times
 * {@link checkerboardCoupling}, squeezes, does as often {@link channelCoupling}, and factors half of the channels out;
 * the last scale has one checkerboard more. The parts alternate; log|det J| is the sum of all.
 *
 * {@link imageActnorm} stands before each coupling in place of batch normalisation. Networks are residual unless the
 * options say otherwise. Both directions take one pass. It starts as a permutation; `initialParamsFrom` starts it
 * from data. Shapes: z [B, D], D = h·w·c; parameters of each link → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for a height or width that cannot be
 * halved `levels` times, and for a last scale of one pixel
 * @see Dinh et al. 2017, arXiv:1605.08803, sections 3.4-3.7
 */
export function imageRealnvp(shape: ImageShape, options: ImageRealnvpOptions = {}): ImageFlow {
  const { levels = 1, couplings = 3 } = options;
  checkCount('imageRealnvp: levels', levels);
  checkCount('imageRealnvp: couplings', couplings);
  checkImage('imageRealnvp', shape, 2 ** levels);
  return imageFlow(`image-realnvp(${levels})`, scale(shape, { residual: true, ...options, couplings }, levels));
}

type Coupling = typeof channelCoupling;

type Given = ImageRealnvpOptions & Required<Pick<ImageRealnvpOptions, 'couplings'>>;

/** A scale and all those after it. */
function scale(shape: ImageShape, options: Given, levels: number): InvertibleFlow {
  const { couplings: ofEach } = options;
  const couplings = (make: Coupling, at: ImageShape, count: number) =>
    Array.from({ length: count }, (_, i) => [imageActnorm(at), make(at, { ...options, swap: i % 2 === 1 })]).flat();
  if (levels === 0) return chain(couplings(checkerboardCoupling, shape, ofEach + 1));
  const [height, width, channels] = shape;
  const squeezed: ImageShape = [height / 2, width / 2, 4 * channels];
  return chain([
    ...couplings(checkerboardCoupling, shape, ofEach),
    squeeze(shape),
    ...couplings(channelCoupling, squeezed, ofEach),
    factorOut(squeezed, scale(shapeThatGoesOn(squeezed), options, levels - 1)),
  ]);
}
