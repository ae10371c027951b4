// tfjs's pooling kernels: 2-D and 3-D, maxima and means, and their gradients.
import { tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { converted, type Lowering, type Lowerings, required } from '../lowering.ts';
import {
  averageGradient,
  averagePooled,
  firstMaximumGradient,
  lastMaximumGradient,
  maxPooled,
  maxPooledWithPlaces,
} from './pooling.ts';
import { channelsBack, channelsFirst, type Windows, windows2D, windows3D } from './windows.ts';

type Attributes2D = tfjs.MaxPoolAttrs | tfjs.AvgPoolAttrs;
type Attributes3D = Pick<
  tfjs.MaxPool3DAttrs | tfjs.AvgPool3DAttrs,
  'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'
>;

/** The placement of a kernel's windows in an image of this shape. */
type Placement<Attributes> = (shape: readonly number[], attributes: Attributes) => Windows;

const place2D: Placement<Attributes2D> = (shape, { filterSize, strides, pad, dimRoundingMode }) =>
  windows2D(
    tf.backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    ),
  );

/** tfjs-cpu pools 3-D images with channels last only. */
const place3D: Placement<Attributes3D> = (shape, { filterSize, strides, pad, dimRoundingMode }) =>
  windows3D(
    tf.backend_util.computePool3DInfo(
      shape as [number, number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    ),
  );

/**
 * Windows of one element, as many as there are elements: tfjs-cpu's 2-D pools then return their input, for any padding.
 */
const keepsElements = (axes: Windows['axes']) =>
  axes.every(({ size, input, output }) => size === 1 && input === output);

const pool =
  <A>(
    place: Placement<A>,
    compute: (builder: GraphBuilder, x: Value, windows: Windows['axes']) => Value,
  ): Lowering<A> =>
  (builder, inputs, attributes) => {
    const x = required(inputs, 'x');
    const windows = place(x.shape, attributes);
    if (place === place2D && keepsElements(windows.axes)) return x;
    return channelsBack(builder, compute(builder, channelsFirst(builder, x, windows), windows.axes), windows);
  };

const average =
  (empty: number) =>
  (builder: GraphBuilder, x: Value, axes: Windows['axes']): Value =>
    averagePooled(builder, converted(builder, x, 'float32'), axes, empty);

const maximumGradient =
  <A>(place: Placement<A>, compute: typeof firstMaximumGradient): Lowering<A> =>
  (builder, inputs, attributes) => {
    const x = converted(builder, required(inputs, 'input'), 'float32');
    const windows = place(x.shape, attributes);
    const [image, dy] = [x, required(inputs, 'dy')].map((value) => channelsFirst(builder, value, windows));
    return channelsBack(builder, compute(builder, image!, dy!, windows.axes), windows);
  };

const meanGradient =
  <A>(place: Placement<A>): Lowering<A> =>
  (builder, inputs, attributes) => {
    const windows = place(required(inputs, 'input').shape, attributes);
    const dy = channelsFirst(builder, required(inputs, 'dy'), windows);
    return channelsBack(builder, averageGradient(builder, dy, windows.axes), windows);
  };

const maxPoolWithArgmax: Lowering<tfjs.MaxPoolWithArgmaxAttrs> = (builder, inputs, attributes) => {
  const x = required(inputs, 'x');
  const windows = place2D(x.shape, attributes);
  const image = channelsFirst(builder, x, windows);
  const results = maxPooledWithPlaces(builder, image, windows.axes, attributes.includeBatchInIndex);
  return results.map((result) => channelsBack(builder, result, windows));
};

/**
 * As in tfjs-cpu: in 2-D a window without elements has the mean 0/0 and ties go to the first place; in 3-D the mean is
 * 0 and ties go to the last place.
 */
export const pools = {
  AvgPool: pool(place2D, average(0)),
  AvgPool3D: pool(place3D, average(1)),
  AvgPool3DGrad: meanGradient(place3D),
  AvgPoolGrad: meanGradient(place2D),
  MaxPool: pool(place2D, maxPooled),
  MaxPool3D: pool(place3D, maxPooled),
  MaxPool3DGrad: maximumGradient(place3D, lastMaximumGradient),
  MaxPoolGrad: maximumGradient(place2D, firstMaximumGradient),
  MaxPoolWithArgmax: maxPoolWithArgmax,
} satisfies Lowerings;
