// The frame of both couplings of pictures: one part of the picture drives the map of the other part.
import { fold } from '@flowvae/random';
import { checkCount, checkShape, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '@flowvae/tensor';
import type { InvertibleFlow, ParamShapes, Params } from '../../flow.ts';
import { type ConvolutionNetOptions, convolutionNet } from './convolution-net.ts';
import { type CouplingMapOptions, couplingMap } from './coupling-maps.ts';
import { type ImageShape, sizeOf } from './picture.ts';

/** Options of couplings of pictures. */
export interface ImageCouplingOptions extends ConvolutionNetOptions, CouplingMapOptions {
  /** Exchanges the driving and the driven part; default false. */
  readonly swap?: boolean;
}

/** How a coupling divides a picture. */
interface Division {
  /** The flow's name, and that of its function. */
  readonly name: string;
  readonly where: string;
  /** Channels of the driving and of the driven picture. */
  readonly driving: number;
  readonly driven: number;
  /** The driving picture [B, h, w, driving], which the map leaves alone, and the numbers of the driven one [B, N]. */
  divide(picture: Tensor4D): { driving: Tensor4D; driven: Tensor2D };
  /** The picture [B, D] with new numbers [B, N] of the driven part. */
  join(picture: Tensor4D, driven: Tensor2D): Tensor2D;
  /** Log-slopes [B, N] of the numbers that `join` takes; 0 for the others. */
  taken?(logSlope: Tensor2D): Tensor2D;
}

/** One coupling layer: x_B → g(x_B; net(x_A)), x_A unchanged. Both directions take one pass. */
export function imageCoupling(shape: ImageShape, options: ImageCouplingOptions, division: Division): InvertibleFlow {
  const { name, where, divide, join, taken = (logSlope) => logSlope } = division;
  const dim = sizeOf(shape);
  if (options.width !== undefined) checkCount(`${where}: width`, options.width);
  const map = couplingMap(where, options);
  const net = convolutionNet({ where, inputs: division.driving, outputs: map.outputs * division.driven }, options);
  const run = (way: 'forward' | 'inverse', params: Params<ParamShapes>, x: Tensor2D) => {
    const { batch } = checkShape(`${where}.${way}: ${way === 'forward' ? 'z' : 'y'}`, x, ['batch', dim]);
    net.check(`${where}.${way}`, params);
    const picture: Tensor4D = tf.reshape(x, [batch!, ...shape]);
    const { driving, driven } = divide(picture);
    const { value, logSlope } = map[way](driven, map.numbersFrom(net.apply(params, driving)));
    const logDet: Tensor1D = logSlope ? tf.sum(taken(logSlope), 1) : tf.zeros([batch!]);
    return { value: join(picture, value), logDet };
  };
  return {
    name,
    dim,
    paramShapes: net.paramShapes,
    shared: net.shared,
    initialParams: (key) => net.initialParams(fold(key, name)),
    forward(params, z) {
      const { value, logDet } = run('forward', params, z);
      return { y: value, logDet };
    },
    inverse(params, y) {
      const { value, logDet } = run('inverse', params, y);
      return { z: value, logDet };
    },
  };
}
