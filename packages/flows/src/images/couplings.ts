// Couplings of pictures by channels and by a checkerboard, driven by convolutional networks.
import { ExpectationError, type Tensor2D, type Tensor4D, tf } from '@flowvae/tensor';
import type { InvertibleFlow } from '../flow.ts';
import { type ImageCouplingOptions, imageCoupling } from './parts/image-coupling.ts';
import { asRows, checkImage, checkSeveralChannels, type ImageShape } from './parts/picture.ts';

/**
 * Coupling by channels: x_A, the first ⌈c/2⌉ channels, stays; x_B, the others, becomes g(x_B; net(x_A)), net
 * convolutional; `swap` lets the last ⌊c/2⌋ channels drive. `map` chooses g: x·exp(a) + m with a = c·tanh(r/c), log|det
 * J| = Σ a; x + m, log-det 0; or a rational-quadratic spline.
 *
 * Both directions take one pass; it starts as the identity. Shapes: z [B, D], D = h·w·c; kernels [1, window, window,
 * from, to], biases [1, to] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for one channel, and an unknown map
 * @see Dinh et al. 2017, arXiv:1605.08803, section 3.4; Kingma & Dhariwal 2018, arXiv:1807.03039, section 3.3; Durkan
 * et al. 2019, arXiv:1906.04032, section 4
 */
export function channelCoupling(shape: ImageShape, options: ImageCouplingOptions = {}): InvertibleFlow {
  const { swap = false } = options;
  const where = 'channelCoupling';
  checkSeveralChannels(where, shape, "use 'checkerboardCoupling', or 'squeeze' before");
  const [height, width, channels] = shape;
  const first = Math.ceil(channels / 2);
  const sizes = [first, channels - first] as const;
  const [driving, driven] = swap ? [sizes[1], sizes[0]] : sizes;
  const parts = (picture: Tensor4D) => {
    const halves = tf.split(picture, [...sizes], 3) as [Tensor4D, Tensor4D];
    return swap ? { kept: halves[1], changed: halves[0] } : { kept: halves[0], changed: halves[1] };
  };
  return imageCoupling(shape, options, {
    name: 'channel-coupling',
    where,
    driving,
    driven,
    divide(picture) {
      const { kept, changed } = parts(picture);
      return { driving: kept, driven: asRows(changed) };
    },
    join(picture, values) {
      const { kept } = parts(picture);
      const changed: Tensor4D = tf.reshape(values, [-1, height, width, driven]);
      return asRows(tf.concat(swap ? [changed, kept] : [kept, changed], 3));
    },
  });
}

/** Options of {@link checkerboardCoupling}. */
export interface CheckerboardOptions extends ImageCouplingOptions {
  /** The first channels that stay whole, and drive the others at every pixel; default 0. */
  readonly context?: number;
}

/**
 * Coupling by a checkerboard: the pixels x_A of one colour stay, and drive those of the other, x_B → g(x_B; net(x_A)),
 * net convolutional on the picture with x_B = 0; `swap` exchanges the colours. `map` as in {@link channelCoupling}.
 *
 * Without `swap` the pixels with an even sum of row and column stay. Both directions take one pass; it starts as the
 * identity. Shapes: z [B, D], D = h·w·c; kernels [1, window, window, from, to], biases [1, to] → y [B, D], logDet [B].
 * Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for one pixel, and an unknown map
 * @see Dinh et al. 2017, arXiv:1605.08803, section 3.4
 */
export function checkerboardCoupling(shape: ImageShape, options: CheckerboardOptions = {}): InvertibleFlow {
  const where = 'checkerboardCoupling';
  checkImage(where, shape);
  const [height, width, channels] = shape;
  const { context = 0 } = options;
  if (!(Number.isInteger(context) && context >= 0 && context < channels)) {
    const expected = `a whole number from 0 to ${channels - 1}, below the channels`;
    throw new ExpectationError({ where: `${where}: context`, expected, received: String(context) });
  }
  if (height * width < 2) {
    throw new ExpectationError({ where: `${where}: shape`, expected: '2 pixels or more', received: '1' });
  }
  const staysFirst = options.swap ? 1 : 0;
  const driven = channels - context;
  /** Of the last `of` channels: 1 where numbers change, or where they stay. */
  const mask = (changed: boolean, of: number): Tensor4D => {
    const numbers = Float32Array.from({ length: height * width * of }, (_, i) => {
      const [pixel, channel] = [Math.floor(i / of), channels - of + (i % of)];
      const isOfColour = (Math.floor(pixel / width) + (pixel % width)) % 2 !== staysFirst;
      return Number((isOfColour && channel >= context) === changed);
    });
    return tf.tensor4d(numbers, [1, height, width, of]);
  };
  const masked = (values: Tensor2D) => tf.mul(values, asRows(mask(true, driven))) as Tensor2D;
  const staying = (picture: Tensor4D): Tensor4D => tf.mul(picture, mask(false, channels));
  return imageCoupling(shape, options, {
    name: 'checkerboard-coupling',
    where,
    driving: channels,
    driven,
    divide(picture) {
      const last = context === 0 ? picture : tf.split(picture, [context, driven], 3)[1]!;
      return { driving: staying(picture), driven: asRows(last) };
    },
    join(picture, values) {
      const changed = masked(values);
      if (context === 0) return tf.add(asRows(staying(picture)), changed);
      const [first, last] = tf.split(staying(picture), [context, driven], 3) as [Tensor4D, Tensor4D];
      return asRows(tf.concat([first, tf.add<Tensor4D>(last, tf.reshape(changed, [-1, height, width, driven]))], 3));
    },
    taken: masked,
  });
}
