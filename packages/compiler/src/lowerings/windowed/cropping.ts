// Crops of images at places that a tensor gives, and rotated images.
import { elementCount, tf, type tfjs } from '@flowvae/tensor';
import type { Value, ValueType } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { rowsAt } from '../indexing.ts';
import {
  converted,
  elementwise,
  type Lowering,
  type Lowerings,
  pairwise,
  required,
  reshaped,
  sliced,
  where,
} from '../lowering.ts';

/** One axis of all boxes: the positions of the crops' rows or columns in the image. */
interface CropAxis {
  /** [N, size], in elements of the image. */
  readonly places: Value;
  readonly inside: Value;
  /** Elements along this axis of the image. */
  readonly size: number;
}

/** start·(n − 1) + i·(end − start)·(n − 1)/(size − 1), or the middle of the box for a crop of one. */
function cropAxis(builder: GraphBuilder, boxes: Value, axis: 0 | 1, image: number, crop: number): CropAxis {
  const column = (i: number) => sliced(builder, boxes, [0, i], [boxes.shape[0]!, i + 1]);
  const [start, end] = [column(axis), column(axis + 2)];
  const scaled = (x: Value, factor: number) => pairwise(builder, 'Mul', x, builder.scalar(factor));
  const steps = Array.from({ length: crop }, (_, i) => i);
  const places =
    crop > 1
      ? pairwise(
          builder,
          'Add',
          scaled(start, image - 1),
          pairwise(
            builder,
            'Mul',
            scaled(pairwise(builder, 'Sub', end, start), (image - 1) / (crop - 1)),
            builder.constant(steps, [1, crop]),
          ),
        )
      : scaled(pairwise(builder, 'Add', start, end), 0.5 * (image - 1));
  const above = pairwise(builder, 'GreaterOrEqual', places, builder.scalar(0), 'bool');
  const below = pairwise(builder, 'LessOrEqual', places, builder.scalar(image - 1), 'bool');
  return { places, inside: pairwise(builder, 'And', above, below, 'bool'), size: image };
}

const cropAndResize: Lowering<tfjs.CropAndResizeAttrs> = (
  builder,
  inputs,
  { cropSize, method, extrapolationValue },
) => {
  const image = converted(builder, required(inputs, 'image'), 'float32');
  const [boxes, owners] = [required(inputs, 'boxes'), required(inputs, 'boxInd')];
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const count = boxes.shape[0]!;
  const rows = cropAxis(builder, boxes, 0, height, cropSize[0]);
  const columns = cropAxis(builder, boxes, 1, width, cropSize[1]);
  const pixels = reshaped(builder, image, [batch * height * width, channels]);
  const integer = (x: Value, largest: number) =>
    builder.node(
      'Clip',
      [converted(builder, x, 'int32'), builder.scalar(0, 'int32'), builder.scalar(largest, 'int32')],
      {
        shape: x.shape,
        type: 'int32',
      },
    );
  const owner = reshaped(builder, integer(owners, batch - 1), [count, 1, 1]);
  const first = pairwise(builder, 'Mul', owner, builder.scalar(height * width, 'int32'));
  const byRow = (x: Value) => reshaped(builder, x, [count, cropSize[0], 1]);
  const byColumn = (x: Value) => reshaped(builder, x, [count, 1, cropSize[1]]);
  /** The pixels at rounded rows and columns. */
  const at = (row: Value, column: Value) => {
    const line = pairwise(builder, 'Mul', byRow(integer(row, height - 1)), builder.scalar(width, 'int32'));
    const inImage = pairwise(builder, 'Add', line, byColumn(integer(column, width - 1)));
    return rowsAt(builder, pixels, pairwise(builder, 'Add', inImage, first));
  };
  const rounded = (operator: 'Floor' | 'Ceil', { places }: CropAxis) => elementwise(builder, operator, places);
  const nearest = ({ places }: CropAxis) =>
    elementwise(builder, 'Floor', pairwise(builder, 'Add', places, builder.scalar(0.5)));
  const mixed = (a: Value, b: Value, share: Value) =>
    pairwise(builder, 'Add', a, pairwise(builder, 'Mul', pairwise(builder, 'Sub', b, a), share));
  const bilinear = () => {
    const [top, left] = [rounded('Floor', rows), rounded('Floor', columns)];
    const [bottom, right] = [rounded('Ceil', rows), rounded('Ceil', columns)];
    const down = reshaped(builder, pairwise(builder, 'Sub', rows.places, top), [count, cropSize[0], 1, 1]);
    const across = reshaped(builder, pairwise(builder, 'Sub', columns.places, left), [count, 1, cropSize[1], 1]);
    return mixed(
      mixed(at(top, left), at(top, right), across),
      mixed(at(bottom, left), at(bottom, right), across),
      down,
    );
  };
  const values = method === 'nearest' ? at(nearest(rows), nearest(columns)) : bilinear();
  const inside = pairwise(builder, 'And', byRow(rows.inside), byColumn(columns.inside), 'bool');
  const mask = reshaped(builder, inside, [...inside.shape, 1]);
  const known = pairwise(builder, 'Less', owners, builder.scalar(batch, 'int32'), 'bool');
  // a box of an image that is not there stays 0
  const ownerMask = reshaped(builder, known, [count, 1, 1, 1]);
  return where(builder, ownerMask, where(builder, mask, values, builder.scalar(extrapolationValue)), builder.scalar(0));
};

/** Takes each pixel from the nearest pixel before the rotation; the angle and the centre are known while tracing. */
const rotateWithOffset: Lowering<tfjs.RotateWithOffsetAttrs> = (builder, inputs, { radians, fillValue, center }) => {
  const image = required(inputs, 'image');
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const [centerX, centerY] = tf.backend_util.getImageCenter(center, height, width);
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  const sources = Array.from({ length: height * width }, (_, i) => {
    const [dx, dy] = [(i % width) - centerX, Math.floor(i / width) - centerY];
    const x = Math.round(dx * cosine - dy * sine + centerX);
    const y = Math.round(dx * sine + dy * cosine + centerY);
    return x >= 0 && x < width && y >= 0 && y < height ? y * width + x : -1;
  });
  const type = image.type as Exclude<ValueType, 'int64'>;
  const colour = Array.from({ length: channels }, (_, i) =>
    typeof fillValue === 'number' ? fillValue : i === 3 ? 255 : fillValue[i]!,
  );
  const count = elementCount([height, width]);
  const indices = builder.constant(
    sources.map((source) => Math.max(0, source)),
    [count],
    'int32',
  );
  const turned = builder.node('Gather', [reshaped(builder, image, [batch, count, channels]), indices], {
    shape: [batch, count, channels],
    type,
    attributes: { axis: 1 },
  });
  const inside = builder.constant(
    sources.map((source) => (source < 0 ? 0 : 1)),
    [count, 1],
    'bool',
  );
  return reshaped(builder, where(builder, inside, turned, builder.constant(colour, [channels], type)), image.shape);
};

export const cropping = {
  CropAndResize: cropAndResize,
  RotateWithOffset: rotateWithOffset,
} satisfies Lowerings;
