// Activation normalisation of pictures: one shift and one scale for each channel.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type ActnormShapes, actnormParams } from '../families/actnorm.ts';
import type { InvertibleFlow, ParamValues } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';
import { asPixels, asRows, checkImage, type ImageShape, sizeOf } from './parts/picture.ts';
import { sumOverPixels } from './parts/sum-over-pixels.ts';

/**
 * Activation normalisation of pictures: every channel's z' = (z + shift)·exp(logScale), log|det J| = h·w·Σ logScale.
 *
 * Starts as the identity, or by {@link imageActnormParams} where data start the flow. Shapes: z [B, D], D = h·w·c;
 * shift, logScale [B|1, c] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for a shape that is no picture's
 * @see Kingma & Dhariwal 2018, arXiv:1807.03039, section 3.1
 */
export function imageActnorm(shape: ImageShape): InvertibleFlow<ActnormShapes> {
  checkImage('imageActnorm', shape);
  const dim = sizeOf(shape);
  const channels = shape[2];
  const paramShapes: ActnormShapes = { shift: [channels], logScale: [channels] };
  const ofPixels = (param: Tensor) => tf.expandDims(param, 1); // [B|1, 1, c]
  return {
    name: 'image-actnorm',
    dim,
    paramShapes,
    initialParams: () => ({ shift: new Float32Array(channels), logScale: new Float32Array(channels) }),
    startFrom: (_, z) => imageActnormParams(shape, z),
    forward(params, z) {
      checkArguments('imageActnorm.forward', 'z', z, { dim, paramShapes, params });
      const shifted = tf.add(asPixels(z, shape), ofPixels(params.shift));
      const y = asRows(tf.mul(shifted, tf.exp(ofPixels(params.logScale))));
      return { y, logDet: sumOverPixels(params.logScale, z, shape) };
    },
    inverse(params, y) {
      checkArguments('imageActnorm.inverse', 'y', y, { dim, paramShapes, params });
      const scaled = tf.mul(asPixels(y, shape), tf.exp(tf.neg(ofPixels(params.logScale))));
      const z = asRows(tf.sub(scaled, ofPixels(params.shift)));
      return { z, logDet: tf.neg(sumOverPixels(params.logScale, y, shape)) as Tensor1D };
    },
  };
}

/**
 * Data-dependent start of {@link imageActnorm}: each channel of a batch [B, D] is sent to mean 0 and variance 1, over
 * all its pixels.
 *
 * In a chain, the batch is the layer's input. The function reads the batch, so it must not be part of a traced
 * function.
 * @throws ShapeError for a batch of another width; ExpectationError for fewer than two pixels in all
 */
export function imageActnormParams(shape: ImageShape, batch: Tensor2D): ParamValues<ActnormShapes> {
  checkImage('imageActnormParams', shape);
  checkArguments('imageActnormParams', 'batch', batch, { dim: sizeOf(shape), paramShapes: {}, params: {} });
  const pixels = tf.reshape(batch, [-1, shape[2]]) as Tensor2D;
  const params = actnormParams(pixels);
  pixels.dispose();
  return params;
}
