// tfjs's convolution kernels: 2-D, depthwise and 3-D, fused ones, and the gradients of each.
import { tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { activated } from '../activations.ts';
import { type Lowering, type Lowerings, pairwise, required, reshaped } from '../lowering.ts';
import { convolved, filterGradient, inputGradient } from './convolution.ts';
import { type Convolution, windows2D, windows3D } from './windows.ts';

/** The attributes that place the windows; gradients have no dilations, depthwise gradients no data format. */
type Geometry2D = Pick<tfjs.Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> &
  Partial<Pick<tfjs.Conv2DAttrs, 'dataFormat' | 'dilations'>>;

function convolution2D(
  x: readonly number[],
  filter: readonly number[],
  { strides, pad, dimRoundingMode, dataFormat = 'NHWC', dilations }: Geometry2D,
  depthwise: boolean,
): Convolution {
  const { computeConv2DInfo, convertConv2DDataFormat } = tf.backend_util;
  // tfjs-cpu's depthwise kernels know no other
  const order = depthwise ? 'channelsLast' : convertConv2DDataFormat(dataFormat);
  const info = computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    order,
  );
  return { windows: windows2D(info), depthwise };
}

const conv2D =
  (depthwise: boolean): Lowering<tfjs.Conv2DAttrs> =>
  (builder, inputs, attributes) => {
    const [x, filter] = [required(inputs, 'x'), required(inputs, 'filter')];
    return convolved(builder, x, filter, convolution2D(x.shape, filter.shape, attributes, depthwise));
  };

const inputGradient2D =
  (depthwise: boolean): Lowering<tfjs.Conv2DBackpropInputAttrs | tfjs.DepthwiseConv2dNativeBackpropInputAttrs> =>
  (builder, inputs, attributes) => {
    const [dy, filter] = [required(inputs, 'dy'), required(inputs, 'filter')];
    const convolution = convolution2D(attributes.inputShape, filter.shape, attributes, depthwise);
    return inputGradient(builder, dy, filter, convolution);
  };

const filterGradient2D =
  (depthwise: boolean): Lowering<tfjs.Conv2DBackpropFilterAttrs | tfjs.DepthwiseConv2dNativeBackpropFilterAttrs> =>
  (builder, inputs, attributes) => {
    const [x, dy] = [required(inputs, 'x'), required(inputs, 'dy')];
    return filterGradient(builder, x, dy, convolution2D(x.shape, attributes.filterShape, attributes, depthwise));
  };

/** A bias or slopes of one dimension belong to the channels, at any axis; other shapes broadcast unchanged. */
const alongChannels = (builder: GraphBuilder, value: Value, channelsLast: boolean) =>
  channelsLast || value.shape.length !== 1 || value.shape[0] === 1
    ? value
    : reshaped(builder, value, [value.shape[0]!, 1, 1]);

const fusedConv2D =
  (depthwise: boolean): Lowering<tfjs.FusedConv2DAttrs> =>
  (builder, inputs, attributes) => {
    const [x, filter] = [required(inputs, 'x'), required(inputs, 'filter')];
    const convolution = convolution2D(x.shape, filter.shape, attributes, depthwise);
    const { channelsLast } = convolution.windows;
    const { activation, leakyreluAlpha } = attributes;
    const { bias, preluActivationWeights } = inputs;
    const channels = depthwise ? filter.shape[2]! * filter.shape[3]! : filter.shape[3]!;
    const ownBias = bias?.shape.length === 1 && bias.shape[0] === channels ? bias : undefined;
    if ((ownBias || !bias) && activation !== 'prelu') {
      // everything fits where Conv leaves its result, so ONNX Runtime can fuse it
      const activate = (y: Value) => activated(builder, y, { activation, leakyreluAlpha });
      return convolved(builder, x, filter, convolution, { bias: ownBias, activate });
    }
    const y = convolved(builder, x, filter, convolution, { bias: ownBias });
    const biased = bias && !ownBias ? pairwise(builder, 'Add', y, alongChannels(builder, bias, channelsLast)) : y;
    const slopes = preluActivationWeights && alongChannels(builder, preluActivationWeights, channelsLast);
    return activated(builder, biased, { activation, leakyreluAlpha, slopes });
  };

type Geometry3D = Pick<tfjs.Conv3DAttrs, 'strides' | 'pad'> & Partial<Pick<tfjs.Conv3DAttrs, 'dilations'>>;
type Shape5D = [number, number, number, number, number];

/** tfjs-cpu takes 3-D images with channels last only. */
const convolution3D = (x: readonly number[], filter: readonly number[], { strides, pad, dilations }: Geometry3D) => ({
  windows: windows3D(tf.backend_util.computeConv3DInfo(x as Shape5D, filter as Shape5D, strides, dilations ?? 1, pad)),
  depthwise: false,
});

const conv3D: Lowering<tfjs.Conv3DAttrs> = (builder, inputs, attributes) => {
  const [x, filter] = [required(inputs, 'x'), required(inputs, 'filter')];
  return convolved(builder, x, filter, convolution3D(x.shape, filter.shape, attributes));
};

const inputGradient3D: Lowering<tfjs.Conv3DBackpropInputV2Attrs> = (builder, inputs, attributes) => {
  const [dy, filter] = [required(inputs, 'dy'), required(inputs, 'filter')];
  return inputGradient(builder, dy, filter, convolution3D(attributes.inputShape, filter.shape, attributes));
};

const filterGradient3D: Lowering<tfjs.Conv3DBackpropFilterV2Attrs> = (builder, inputs, attributes) => {
  const [x, dy] = [required(inputs, 'x'), required(inputs, 'dy')];
  return filterGradient(builder, x, dy, convolution3D(x.shape, attributes.filterShape, attributes));
};

export const convolutions = {
  Conv2D: conv2D(false),
  Conv2DBackpropFilter: filterGradient2D(false),
  Conv2DBackpropInput: inputGradient2D(false),
  Conv3D: conv3D,
  Conv3DBackpropFilterV2: filterGradient3D,
  Conv3DBackpropInputV2: inputGradient3D,
  DepthwiseConv2dNative: conv2D(true),
  DepthwiseConv2dNativeBackpropFilter: filterGradient2D(true),
  DepthwiseConv2dNativeBackpropInput: inputGradient2D(true),
  FusedConv2D: fusedConv2D(false),
  FusedDepthwiseConv2D: fusedConv2D(true),
} satisfies Lowerings;
