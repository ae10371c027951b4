// Glow: steps of activation normalisation, 1 × 1 convolution and channel coupling, on several scales.
import { fold, type Key, key as keyOf } from '@flowvae/random';
import { checkCount } from '@flowvae/tensor';
import { chain } from '../compose/chain.ts';
import type { InvertibleFlow } from '../flow.ts';
import { channelMix } from './channel-mix.ts';
import { channelCoupling } from './couplings.ts';
import { factorOut, shapeThatGoesOn } from './factor-out.ts';
import { imageActnorm } from './image-actnorm.ts';
import type { ConvolutionNetOptions } from './parts/convolution-net.ts';
import type { CouplingMapOptions } from './parts/coupling-maps.ts';
import { type ImageFlow, imageFlow } from './parts/image-flow.ts';
import { checkImage, type ImageShape } from './parts/picture.ts';
import { squeeze } from './squeeze.ts';

/** Options of {@link glow}. */
export interface GlowOptions extends ConvolutionNetOptions, CouplingMapOptions {
  /** Scales; height and width are multiples of 2^levels. Default 2. */
  readonly levels?: number;
  /** Steps on each scale. Default 4. */
  readonly steps?: number;
  /** Decides the fixed permutations of the 1 × 1 convolutions. Default `key(0)`. */
  readonly key?: Key;
}

/**
 * Glow, from noise to pictures: from pictures to noise each level squeezes, does `steps` times {@link imageActnorm},
 * {@link channelMix} and {@link channelCoupling}, and factors half of the channels out (not the last level); log|det
 * J| is the sum of theirs.
 *
 * `map: 'spline'` makes the couplings rational-quadratic splines. Both directions take one pass. It starts as a
 * permutation; `initialParamsFrom` starts it from data. Shapes: z [B, D], D = h·w·c; parameters of each link → y [B,
 * D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for a height or width that cannot be
 * halved `levels` times
 * @see Kingma & Dhariwal 2018, arXiv:1807.03039, section 3 and figure 2; log-scales are bounded and U's diagonal is
 * positive here
 */
export function glow(shape: ImageShape, options: GlowOptions = {}): ImageFlow {
  const { levels = 2, steps = 4, key = keyOf(0) } = options;
  checkCount('glow: levels', levels);
  checkCount('glow: steps', steps);
  checkImage('glow', shape, 2 ** levels);
  return imageFlow(`glow(${levels},${steps})`, scale(shape, { ...options, steps, key }, levels));
}

type Given = GlowOptions & { readonly steps: number; readonly key: Key };

/** A level and all those after it. */
function scale(shape: ImageShape, options: Given, levels: number): InvertibleFlow {
  const [height, width, channels] = shape;
  const squeezed: ImageShape = [height / 2, width / 2, 4 * channels];
  const { steps, key, ...coupling } = options;
  const ofStep = (step: number) => [
    imageActnorm(squeezed),
    channelMix(squeezed, { key: fold(key, levels, step) }),
    channelCoupling(squeezed, coupling),
  ];
  const next = levels > 1 ? [factorOut(squeezed, scale(shapeThatGoesOn(squeezed), options, levels - 1))] : [];
  return chain([squeeze(shape), ...Array.from({ length: steps }, (_, i) => ofStep(i)).flat(), ...next]);
}
