// One scale of a flow on several scales: half of the channels are finished, the others go on.
import { checkShape, ExpectationError, type Tensor2D, type Tensor4D, tf } from '@flowvae/tensor';
import type { InvertibleFlow } from '../flow.ts';
import { asRows, checkSeveralChannels, type ImageShape, sizeOf } from './parts/picture.ts';

/** The shape of the part of a picture that goes on: the first ⌈c/2⌉ channels. */
export const shapeThatGoesOn = ([height, width, channels]: ImageShape): ImageShape => [
  height,
  width,
  Math.ceil(channels / 2),
];

/** The channels [h, w, ⌈c/2⌉] that go on and the others, [B, …] each. */
function parted(z: Tensor2D, shape: ImageShape): { readonly goesOn: Tensor2D; readonly finished: Tensor2D } {
  const first = shapeThatGoesOn(shape)[2];
  const picture: Tensor4D = tf.reshape(z, [z.shape[0], ...shape]);
  const [goesOn, finished] = tf.split(picture, [first, shape[2] - first], 3).map(asRows) as [Tensor2D, Tensor2D];
  return { goesOn, finished };
}

/**
 * Factoring out: z' = [f(z_A), z_B], z_A the first ⌈c/2⌉ channels of the picture and z_B the others; log|det J| is
 * that of f. The parameters are those of f.
 *
 * The result is no picture: the numbers of f(z_A) stand before those of z_B, so that the last flow of a chain on
 * several scales can be this one. Shapes: z [B, D], D = h·w·c → y [B, D], logDet [B]. Units: nats.
 * @param flow f, on h·w·⌈c/2⌉ numbers
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for one channel, or a flow of another
 * dimension
 * @see Dinh et al. 2017, arXiv:1605.08803, section 3.6
 */
export function factorOut(shape: ImageShape, flow: InvertibleFlow): InvertibleFlow {
  checkSeveralChannels('factorOut', shape, "use 'squeeze' before");
  const dim = sizeOf(shape);
  const first = sizeOf(shapeThatGoesOn(shape));
  if (flow.dim !== first) {
    const expected = `a flow of ${first} dimensions, h·w·⌈c/2⌉`;
    throw new ExpectationError({ where: 'factorOut: flow', expected, received: `one of ${flow.dim}` });
  }
  const { takesGroups: _, layers: __, start, startFrom, initialParamsFrom, ...others } = flow;
  const { invariants, forward, inverse, ...roles } = others;
  return {
    ...roles,
    name: `factor-out(${flow.name})`,
    dim,
    start: start === 'other' ? 'other' : 'volume',
    ...(invariants ? { invariants } : {}),
    ...(startFrom ? { startFrom: (key, z) => startFrom(key, parted(z, shape).goesOn) } : {}),
    ...(initialParamsFrom
      ? { initialParamsFrom: (key, y) => initialParamsFrom(key, tf.slice(y, [0, 0], [-1, first])) }
      : {}),
    forward(params, z) {
      checkShape('factorOut.forward: z', z, ['batch', dim]);
      const { goesOn, finished } = parted(z, shape);
      const { y, logDet } = forward(params, goesOn);
      return { y: tf.concat([y, finished], 1), logDet };
    },
    inverse(params, y) {
      checkShape('factorOut.inverse: y', y, ['batch', dim]);
      const [deep, finished] = tf.split(y, [first, dim - first], 1) as [Tensor2D, Tensor2D];
      const { z, logDet } = inverse(params, deep);
      return { z: rejoined(z, finished, shape), logDet };
    },
  };
}

/** The picture [B, D] of the channels that went on and of the others. */
function rejoined(goesOn: Tensor2D, finished: Tensor2D, shape: ImageShape): Tensor2D {
  const [height, width, channels] = shape;
  const first = shapeThatGoesOn(shape)[2];
  const picture = (x: Tensor2D, depth: number): Tensor4D => tf.reshape(x, [-1, height, width, depth]);
  return asRows(tf.concat([picture(goesOn, first), picture(finished, channels - first)], 3));
}
