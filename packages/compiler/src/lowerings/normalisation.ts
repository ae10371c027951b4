// Normalisation by given moments, and by neighbouring channels.
import type { tfjs } from '@flowvae/tensor';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementwise, type Lowering, type Lowerings, pairwise, required } from './lowering.ts';

/**
 * offset + (x − mean)·scale/√(variance + ε); the part without x is computed once for each channel. Moments of any shape
 * are broadcast; tfjs-cpu reads moments of a middle axis in the order of the elements instead, which is right for the
 * last axis only.
 */
const fusedBatchNorm: Lowering<tfjs.FusedBatchNormAttrs> = (builder, inputs, { varianceEpsilon = 0.001 }) => {
  const positive = pairwise(builder, 'Add', required(inputs, 'variance'), builder.scalar(varianceEpsilon));
  const deviation = elementwise(builder, 'Sqrt', positive);
  const centred = pairwise(builder, 'Sub', required(inputs, 'x'), required(inputs, 'mean'));
  const normalised = inputs.scale
    ? pairwise(builder, 'Mul', centred, pairwise(builder, 'Div', inputs.scale, deviation))
    : pairwise(builder, 'Div', centred, deviation);
  return inputs.offset ? pairwise(builder, 'Add', normalised, inputs.offset) : normalised;
};

/** Sums over the channels within a radius of each, as a product with a band of ones. */
function neighbourSum(builder: GraphBuilder, x: Value, radius: number): Value {
  const channels = x.shape.at(-1)!;
  const band = Array.from({ length: channels * channels }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  );
  return builder.node('MatMul', [x, builder.constant(band, [channels, channels])], { shape: x.shape, type: 'float32' });
}

/** bias + alpha·Σ x² over neighbouring channels. */
const neighbourNorm = (builder: GraphBuilder, x: Value, { depthRadius, alpha, bias }: tfjs.LRNAttrs) => {
  const squares = neighbourSum(builder, pairwise(builder, 'Mul', x, x), depthRadius);
  return pairwise(builder, 'Add', pairwise(builder, 'Mul', squares, builder.scalar(alpha)), builder.scalar(bias));
};

/** x·n^−β, n = bias + alpha·Σ x² over the channels within `depthRadius`. */
const localResponse: Lowering<tfjs.LRNAttrs> = (builder, inputs, attributes) => {
  const x = required(inputs, 'x');
  const norm = neighbourNorm(builder, x, attributes);
  return pairwise(builder, 'Mul', x, pairwise(builder, 'Pow', norm, builder.scalar(-attributes.beta)));
};

/** dx = dy·n^−β − 2·alpha·β·x·Σ dy·y/n over the same neighbours: being neighbours is symmetric. */
const localResponseGradient: Lowering<tfjs.LRNAttrs> = (builder, inputs, attributes) => {
  const [x, y, dy] = [required(inputs, 'x'), required(inputs, 'y'), required(inputs, 'dy')];
  const { alpha, beta, depthRadius } = attributes;
  const norm = neighbourNorm(builder, x, attributes);
  const own = pairwise(builder, 'Mul', dy, pairwise(builder, 'Pow', norm, builder.scalar(-beta)));
  const shares = pairwise(builder, 'Div', pairwise(builder, 'Mul', dy, y), norm);
  const others = pairwise(builder, 'Mul', x, neighbourSum(builder, shares, depthRadius));
  return pairwise(builder, 'Sub', own, pairwise(builder, 'Mul', others, builder.scalar(2 * alpha * beta)));
};

export const normalisations = {
  FusedBatchNorm: fusedBatchNorm,
  LRN: localResponse,
  LRNGrad: localResponseGradient,
} satisfies Lowerings;
