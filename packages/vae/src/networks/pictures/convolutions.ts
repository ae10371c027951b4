// Layers of the ready networks for pictures: each holds its variables and maps [B, h, w, c] to the next picture.
import type { Initialisation } from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import { type NamedVariables, type Tensor, type Tensor2D, type Tensor4D, tf, underPrefixes } from '@flowvae/tensor';
import { type Fans, type LayerWeights, layerWeights, type WeightStart } from '../weights.ts';
import type { PictureShape } from './picture-rows.ts';

/** One layer, or several in turn, with the shape of the result without the batch. */
export interface Layer {
  readonly variables: NamedVariables;
  readonly shape: readonly number[];
  apply(x: Tensor): Tensor;
}

/** A layer whose result is a picture. */
export interface PictureLayer extends Layer {
  readonly shape: PictureShape;
}

/** Draws the weights of named layers from one key. */
export type Start = (name: string) => WeightStart;

/** Every layer's weights depend on the key, its name and the initialisation alone. */
export const startsFrom =
  (key: Key, initialisation: Initialisation = 'glorot'): Start =>
  (name) => ({ initialisation, key: fold(key, name) });

/** A window, its stride and the layer's channels. */
export interface ConvolutionOptions {
  readonly channels: number;
  /** Height and width of the window, an odd number; a picture is padded by (size − 1)/2 on each side. */
  readonly size: number;
  /** Default 1. */
  readonly stride?: number;
}

type Size = readonly [height: number, width: number];

const named = ({ kernel, bias }: LayerWeights): NamedVariables => ({ kernel, bias });

/** The height and width that a stride leaves: ⌈n/stride⌉ each. */
export const strided = (size: Size, stride: number): Size => [Math.ceil(size[0] / stride), Math.ceil(size[1] / stride)];

/** Inputs of a unit and units of an input, in a convolution from one number of channels to another. */
const fansOf = (from: number, { channels, size }: ConvolutionOptions): Fans => ({
  fanIn: size * size * from,
  fanOut: size * size * channels,
});

/** Convolution with a bias: [B, h, w, c] → [B, ⌈h/stride⌉, ⌈w/stride⌉, channels]. */
export function convolution(shape: PictureShape, options: ConvolutionOptions, start: WeightStart): PictureLayer {
  const { channels, size, stride = 1 } = options;
  const [height, width, from] = shape;
  const weights = layerWeights([size, size, from, channels], channels, { ...fansOf(from, options), ...start });
  const { kernel, bias } = weights;
  return {
    variables: named(weights),
    shape: [...strided([height, width], stride), channels],
    apply: (x) =>
      tf.fused.conv2d({
        x: x as Tensor4D,
        filter: kernel as unknown as Tensor4D,
        strides: stride,
        pad: (size - 1) / 2,
        bias: bias as Tensor,
        activation: 'linear',
      }),
  };
}

/**
 * Transposed convolution with a bias, [B, h, w, from] → [B, …to, channels]: `to` has the height and width of a picture
 * of which the convolution of this window and stride makes h × w.
 */
export function transposedConvolution(
  { from, to }: { readonly from: number; readonly to: Size },
  options: ConvolutionOptions,
  start: WeightStart,
): PictureLayer {
  const { channels, size, stride = 1 } = options;
  const weights = layerWeights([size, size, channels, from], channels, { ...fansOf(from, options), ...start });
  const { kernel, bias } = weights;
  const shape = [...to, channels] as const;
  return {
    variables: named(weights),
    shape,
    apply(x) {
      const filter = kernel as unknown as Tensor4D;
      const spread = tf.conv2dTranspose(x as Tensor4D, filter, [x.shape[0]!, ...shape], stride, (size - 1) / 2);
      return tf.add(spread, bias);
    },
  };
}

/** x·kernel + bias: [B, n] → [B, width]. */
export function dense(inputs: number, width: number, start: WeightStart): Layer {
  const weights = layerWeights([inputs, width], width, { fanIn: inputs, fanOut: width, ...start });
  const { kernel, bias } = weights;
  return {
    variables: named(weights),
    shape: [width],
    apply: (x) => tf.add(tf.matMul(x as Tensor2D, kernel as unknown as Tensor2D), bias),
  };
}

/**
 * The transposed convolution of a single pixel, by a window of the whole result: [B, n] → [B, h, w, channels]. A
 * product, with one bias for each channel.
 */
export function pictureOfPixel(inputs: number, shape: PictureShape, start: WeightStart): PictureLayer {
  const [height, width, channels] = shape;
  const fans = { fanIn: height * width * inputs, fanOut: height * width * channels };
  const weights = layerWeights([inputs, height * width * channels], channels, { ...fans, ...start });
  const { kernel, bias } = weights;
  return {
    variables: named(weights),
    shape,
    apply(x) {
      const product = tf.matMul(x as Tensor2D, kernel as unknown as Tensor2D);
      return tf.add(tf.reshape(product, [-1, ...shape]), bias);
    },
  };
}

/** A layer without variables. */
const plain = (shape: readonly number[], apply: (x: Tensor) => Tensor): Layer => ({ variables: {}, shape, apply });

/** ReLU behind a layer. */
export const relu = ({ shape }: Pick<Layer, 'shape'>): Layer => plain(shape, (x) => tf.relu(x));

/** To another shape without the batch, of as many numbers. */
export const reshaped = (shape: readonly number[]): Layer => plain(shape, (x) => tf.reshape(x, [-1, ...shape]));

/** h·σ(g) for a layer with twice the channels, [.., h, g]. @see van den Berg et al. 2018, arXiv:1803.05649, appendix */
export function gated(layer: Layer): Layer {
  const { variables, shape, apply } = layer;
  const channels = shape.at(-1)! / 2;
  return {
    variables,
    shape: [...shape.slice(0, -1), channels],
    apply(x) {
      const [h, g] = tf.split(apply(x), 2, -1) as [Tensor, Tensor];
      return tf.mul(h, tf.sigmoid(g));
    },
  };
}

/** x + layer(x). */
export const residual = (layer: Layer): Layer => ({ ...layer, apply: (x) => tf.add(x, layer.apply(x)) });

/** Layers one after another; the variables of each stand under its name. */
export function inTurn(layers: Readonly<Record<string, Layer>>): Layer {
  const list = Object.values(layers);
  const named = Object.entries(layers).map(([name, { variables }]) => [name, variables] as const);
  return {
    variables: underPrefixes(Object.fromEntries(named)),
    shape: list.at(-1)!.shape,
    apply: (x) => list.reduce((value, layer) => layer.apply(value), x),
  };
}
