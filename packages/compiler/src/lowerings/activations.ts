// The activations that tfjs fuses into a product or a convolution.
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementwise, required } from './lowering.ts';
import { elu, sigmoid } from './unary.ts';

/** The activation of a fused kernel. */
export interface FusedActivation {
  /** tfjs's name of the function; without a name the result stays unchanged. */
  readonly activation?: string | undefined;
  /** The slope of `leakyrelu` below zero. Default 0.2, as in tfjs. */
  readonly leakyreluAlpha?: number | undefined;
  /** The slopes of `prelu` below zero. */
  readonly slopes?: Value | undefined;
}

type Activation = (builder: GraphBuilder, x: Value, fused: FusedActivation) => Value;

const activations: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: (builder, x) => elementwise(builder, 'Relu', x),
  relu6: (builder, x) =>
    builder.node('Clip', [x, builder.scalar(0), builder.scalar(6)], { shape: x.shape, type: x.type }),
  elu: (builder, x) => elu(builder, x),
  sigmoid: (builder, x) => sigmoid(builder, x),
  leakyrelu: (builder, x, { leakyreluAlpha = 0.2 }) =>
    elementwise(builder, 'LeakyRelu', x, { attributes: { alpha: { float: leakyreluAlpha } } }),
  prelu: (builder, x, { slopes }) =>
    builder.node('PRelu', [x, required({ slopes: slopes as Value }, 'slopes')], { shape: x.shape, type: x.type }),
};

/** Applies a fused kernel's activation to its result. */
export function activated(builder: GraphBuilder, x: Value, fused: FusedActivation): Value {
  const activate = activations[fused.activation ?? 'linear'];
  if (activate) return activate(builder, x, fused);
  throw new TypeError(`fused activation '${fused.activation}': expected ${Object.keys(activations).join(', ')}`);
}
