// Kernels that cut by strides, mirror, or deal elements out between axes.
import { tf, type tfjs } from '@flowvae/tensor';
import {
  type Lowering,
  type Lowerings,
  padded,
  picked,
  required,
  reshaped,
  reversed,
  sliced,
  transposed,
} from './lowering.ts';

const stridedSlice: Lowering<tfjs.StridedSliceAttrs> = (builder, inputs, attributes) => {
  const x = required(inputs, 'x');
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  if (info.isIdentity) return reshaped(builder, x, info.finalShape);
  return reshaped(builder, sliced(builder, x, info.begin, info.end, info.strides), info.finalShape);
};

/** Mirrored about the first and last element (`reflect`) or about the edges (`symmetric`). */
const mirrorPad: Lowering<tfjs.MirrorPadAttrs> = (builder, inputs, { paddings, mode }) => {
  const offset = mode === 'reflect' ? 0 : 1;
  return paddings.reduce(
    (x, [before, after], axis) => {
      const size = x.shape[axis]!;
      const places = Array.from({ length: before + size + after }, (_, i) => {
        const place = i - before;
        if (place < 0) return -place - offset;
        return place < size ? place : 2 * (size - 1) - place + offset;
      });
      return picked(builder, x, axis, places);
    },
    required(inputs, 'x'),
  );
};

const spaceToBatch: Lowering<tfjs.SpaceToBatchNDAttrs> = (builder, inputs, { blockShape, paddings }) => {
  const x = required(inputs, 'x');
  const blocks = blockShape.length;
  const all = x.shape.map((_, i) => (i === 0 || i > blocks ? [0, 0] : paddings[i - 1]!) as [number, number]);
  const image = padded(builder, x, all, 0);
  const product = blockShape.reduce((a, b) => a * b, 1);
  const { getReshaped, getPermuted, getReshapedPermuted } = tf.backend_util;
  const dealt = getReshaped([...image.shape], blockShape, product, false);
  const moved = transposed(builder, reshaped(builder, image, dealt), getPermuted(dealt.length, blocks, false));
  return reshaped(builder, moved, getReshapedPermuted([...image.shape], blockShape, product, false));
};

const batchToSpace: Lowering<tfjs.BatchToSpaceNDAttrs> = (builder, inputs, { blockShape, crops }) => {
  const x = required(inputs, 'x');
  const blocks = blockShape.length;
  const product = blockShape.reduce((a, b) => a * b, 1);
  const { getReshaped, getPermuted, getReshapedPermuted } = tf.backend_util;
  const dealt = getReshaped([...x.shape], blockShape, product);
  const moved = transposed(builder, reshaped(builder, x, dealt), getPermuted(dealt.length, blocks));
  const whole = reshaped(builder, moved, getReshapedPermuted([...x.shape], blockShape, product));
  const cut = (i: number, side: 0 | 1) => (i === 0 || i > blocks ? 0 : crops[i - 1]![side]!);
  const begin = whole.shape.map((_, i) => cut(i, 0));
  return sliced(
    builder,
    whole,
    begin,
    whole.shape.map((size, i) => size - cut(i, 1)),
  );
};

const depthToSpace: Lowering<tfjs.DepthToSpaceAttrs> = (builder, inputs, { blockSize, dataFormat }) => {
  // tfjs-cpu knows no other
  if (dataFormat !== 'NHWC') throw new TypeError(`depthToSpace: expected NHWC, got ${dataFormat}`);
  const x = required(inputs, 'x');
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const depth = channels / blockSize ** 2;
  const dealt = reshaped(builder, x, [batch, height, width, blockSize, blockSize, depth]);
  const moved = transposed(builder, dealt, [0, 1, 3, 2, 4, 5]);
  return reshaped(builder, moved, [batch, height * blockSize, width * blockSize, depth]);
};

const flipLeftRight: Lowering<unknown> = (builder, inputs) => reversed(builder, required(inputs, 'image'), [2]);

export const blocks = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  FlipLeftRight: flipLeftRight,
  MirrorPad: mirrorPad,
  SpaceToBatchND: spaceToBatch,
  StridedSlice: stridedSlice,
} satisfies Lowerings;
