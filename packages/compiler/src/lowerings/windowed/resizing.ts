// Resizing images by picking or blending rows and columns, one axis after the other. The places are known while
// tracing.
import type { tfjs } from '@flowvae/tensor';
import type { Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { converted, type Lowering, type Lowerings, pairwise, picked, required, reshaped } from '../lowering.ts';

export interface Sampling {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** The position of one axis of the result on the axis of the image, in elements. */
const sources = (from: number, to: number, { alignCorners }: Sampling, shift: number): number[] => {
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => ratio * (i + shift));
};

const nearest = (from: number, to: number, sampling: Sampling): number[] => {
  const round = sampling.alignCorners ? Math.round : Math.floor;
  const places = sources(from, to, sampling, sampling.halfPixelCenters ? 0.5 : 0);
  return places.map((place) => Math.max(0, Math.min(from - 1, round(place))));
};

interface Blend {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** The weight of the upper element. */
  readonly share: readonly number[];
}

function blend(from: number, to: number, sampling: Sampling): Blend {
  const places = sampling.halfPixelCenters
    ? sources(from, to, sampling, 0.5).map((place) => place - 0.5)
    : sources(from, to, sampling, 0);
  const lower = places.map((place) => Math.max(0, Math.floor(place)));
  const upper = places.map((place) => Math.min(from - 1, Math.ceil(place)));
  return { lower, upper, share: places.map((place, i) => place - lower[i]!) };
}

/** lower + (upper − lower)·share along one axis. */
function blended(builder: GraphBuilder, x: Value, axis: 1 | 2, { lower, upper, share }: Blend): Value {
  const a = picked(builder, x, axis, lower);
  if (share.every((part) => part === 0)) return a;
  const difference = pairwise(builder, 'Sub', picked(builder, x, axis, upper), a);
  const shares = builder.constant(share, axis === 1 ? [share.length, 1, 1] : [share.length, 1]);
  return pairwise(builder, 'Add', a, pairwise(builder, 'Mul', difference, shares));
}

const resizeNearest: Lowering<tfjs.ResizeNearestNeighborAttrs> = (builder, inputs, attributes) => {
  const images = required(inputs, 'images');
  const [height, width] = attributes.size;
  const rows = picked(builder, images, 1, nearest(images.shape[1]!, height, attributes));
  return picked(builder, rows, 2, nearest(images.shape[2]!, width, attributes));
};

const resizeBilinear: Lowering<tfjs.ResizeBilinearAttrs> = (builder, inputs, attributes) => {
  const images = converted(builder, required(inputs, 'images'), 'float32');
  const [height, width] = attributes.size;
  const columns = blended(builder, images, 2, blend(images.shape[2]!, width, attributes));
  return blended(builder, columns, 1, blend(images.shape[1]!, height, attributes));
};

/** Row i of the matrix: the weight of the image's element i in each element of the result. */
type Weights = (from: number, to: number, sampling: Sampling) => number[];

const nearestWeights: Weights = (from, to, sampling) => {
  const weights = new Array<number>(from * to).fill(0);
  nearest(from, to, sampling).forEach((place, i) => {
    weights[place * to + i] = 1;
  });
  return weights;
};

const bilinearWeights: Weights = (from, to, sampling) => {
  const weights = new Array<number>(from * to).fill(0);
  const { lower, upper, share } = blend(from, to, sampling);
  share.forEach((part, i) => {
    weights[lower[i]! * to + i]! += 1 - part;
    weights[upper[i]! * to + i]! += part;
  });
  return weights;
};

/** Adds every dy to its sources: a product with the transposed weights for each axis. */
const gradient =
  (weights: Weights): Lowering<Omit<Sampling, 'halfPixelCenters'>> =>
  (builder, inputs, { alignCorners }) => {
    // tfjs's gradients always place pixels by their corners, unlike some forward passes
    const sampling = { alignCorners, halfPixelCenters: false };
    const [images, dy] = [required(inputs, 'images'), required(inputs, 'dy')];
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [, rows, columns] = dy.shape as [number, number, number];
    const factor = (from: number, to: number) => builder.constant(weights(from, to, sampling), [from, to]);
    const product = (a: Value, b: Value, shape: number[]) => builder.node('MatMul', [a, b], { shape, type: 'float32' });
    const byRow = reshaped(builder, dy, [batch * rows, columns, channels]);
    const acrossColumns = product(factor(width, columns), byRow, [batch * rows, width, channels]);
    const byImage = reshaped(builder, acrossColumns, [batch, rows, width * channels]);
    const acrossRows = product(factor(height, rows), byImage, [batch, height, width * channels]);
    return reshaped(builder, acrossRows, images.shape);
  };

export const resizing = {
  ResizeBilinear: resizeBilinear,
  ResizeBilinearGrad: gradient(bilinearWeights),
  ResizeNearestNeighbor: resizeNearest,
  ResizeNearestNeighborGrad: gradient(nearestWeights),
} satisfies Lowerings;
