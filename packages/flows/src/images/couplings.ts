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
export function checkerboardCoupling(shape: ImageShape, options: ImageCouplingOptions = {}): InvertibleFlow {
  const where = 'checkerboardCoupling';
  checkImage(where, shape);
  const [height, width, channels] = shape;
  if (height * width < 2) {
    throw new ExpectationError({ where: `${where}: shape`, expected: '2 pixels or more', received: '1' });
  }
  const staysFirst = options.swap ? 1 : 0;
  const mask = (changed: boolean): Tensor4D => {
    const pixels = Float32Array.from({ length: height * width }, (_, i) => {
      const isChanged = (Math.floor(i / width) + (i % width)) % 2 !== staysFirst;
      return Number(isChanged === changed);
    });
    return tf.tile(tf.tensor4d(pixels, [1, height, width, 1]), [1, 1, 1, channels]);
  };
  const masked = (values: Tensor2D) => tf.mul(values, asRows(mask(true))) as Tensor2D;
  return imageCoupling(shape, options, {
    name: 'checkerboard-coupling',
    where,
    driving: channels,
    driven: channels,
    divide: (picture) => ({ driving: tf.mul(picture, mask(false)), driven: asRows(picture) }),
    join: (picture, values) => tf.add(asRows(tf.mul(picture, mask(false))), masked(values)),
    taken: masked,
  });
}
