// Operators that move elements: copies between strided arrays.
import { elementCount } from '@flowvae/tensor';
import type { Value } from '../../graph/graph.ts';
import { denseStrides, nest, repeated, repeatedStrides, type Strided } from '../axes.ts';
import { at, type Work, whole } from '../work.ts';
import { integer, type Operator } from './operator.ts';

const copied = (sizes: readonly number[], result: Strided, source: Strided): Work =>
  nest({ function: 'copy', sizes, result, sources: [source], isResultStrided: true });

const dense = (value: Value, start = 0): Strided => ({ value, strides: denseStrides(value.shape), start });

/** A place on an axis, counted from its start; negative numbers count from its end. */
const onAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const transpose: Operator = ({ inputs: [x], outputs: [result], attributes }) => {
  const order = attributes.perm as readonly number[];
  const strides = denseStrides(x!.shape);
  return [copied(result!.shape, dense(result!), { value: x!, strides: order.map((axis) => strides[axis]!) })];
};

const expand: Operator = ({ inputs: [x], outputs: [result] }) => [
  copied(result!.shape, dense(result!), repeated(x!, result!.shape)),
];

/** Each axis becomes two, of which the first is repeated. */
const tile: Operator = ({ inputs: [x, counts], outputs: [result] }, constants) => {
  const repeats = constants.integers(counts);
  if (!repeats) return undefined;
  const split = denseStrides(x!.shape);
  const results = denseStrides(result!.shape);
  const sizes = x!.shape.flatMap((size, axis) => [repeats[axis]!, size]);
  const target = x!.shape.flatMap((size, axis) => [size * results[axis]!, results[axis]!]);
  const source = split.flatMap((stride) => [0, stride]);
  return [copied(sizes, { value: result!, strides: target }, { value: x!, strides: source })];
};

const slice: Operator = ({ inputs: [x, ...bounds], outputs: [result] }, constants) => {
  const [begin, , given, steps] = bounds.map((bound) => constants.integers(bound));
  if (!begin || (bounds[2] && !given) || (bounds[3] && !steps)) return undefined;
  const strides = denseStrides(x!.shape);
  const moved = [...strides];
  let start = 0;
  for (const [i, axis] of (given ?? begin.map((_, i) => i)).entries()) {
    const place = onAxis(axis, x!.shape.length);
    const step = steps?.[i] ?? 1;
    const size = x!.shape[place]!;
    const from = onAxis(begin[i]!, size);
    start += Math.min(Math.max(from, 0), step < 0 ? size - 1 : size) * strides[place]!;
    moved[place] = strides[place]! * step;
  }
  return [copied(result!.shape, dense(result!), { value: x!, strides: moved, start })];
};

/** Parts of an array along an axis, one behind the other, and each one's first element in the whole. */
function partsOf(
  whole: Value,
  parts: readonly Value[],
  axis: number,
): { readonly part: Value; readonly start: number }[] {
  const strides = denseStrides(whole.shape);
  const place = onAxis(axis, whole.shape.length);
  let from = 0;
  return parts.map((part) => {
    const start = from * strides[place]!;
    from += part.shape[place]!;
    return { part, start };
  });
}

const split: Operator = (node) => {
  const [x] = node.inputs;
  const strides = denseStrides(x!.shape);
  return partsOf(x!, node.outputs, integer(node, 'axis', 0)).map(({ part, start }) =>
    copied(part.shape, dense(part), { value: x!, strides, start }),
  );
};

const concat: Operator = (node) => {
  const [result] = node.outputs;
  const strides = denseStrides(result!.shape);
  return partsOf(result!, node.inputs, integer(node, 'axis', 0)).map(({ part, start }) =>
    copied(part.shape, { value: result!, strides, start }, dense(part)),
  );
};

/** Fills with the number, then copies; negative padding leaves elements out. */
const pad: Operator = ({ inputs: [x, amounts, number], outputs: [result], attributes }, constants) => {
  const paddings = constants.integers(amounts);
  const value = number ? constants.all.get(number) : Float32Array.of(0);
  if (!paddings || !value || attributes.mode !== undefined) return undefined;
  const rank = x!.shape.length;
  const [from, to] = [denseStrides(x!.shape), denseStrides(result!.shape)];
  const sizes = x!.shape.map((size, axis) => size + Math.min(0, paddings[axis]!) + Math.min(0, paddings[rank + axis]!));
  const first = (strides: readonly number[], sign: number) =>
    strides.reduce((sum, stride, axis) => sum + stride * Math.max(0, sign * paddings[axis]!), 0);
  return [
    filled(result!, value[0] as number),
    copied(
      sizes.map((size) => Math.max(0, size)),
      { value: result!, strides: to, start: first(to, 1) },
      { value: x!, strides: from, start: first(from, -1) },
    ),
  ];
};

/** Booleans are integers in the executor's memory. */
function filled(result: Value, number: number): Work {
  const bits = result.type === 'float32' ? new Int32Array(Float32Array.of(number).buffer)[0]! : number;
  const size = elementCount(result.shape);
  return whole(size, { function: 'fill', arguments: [at(result), size, bits] });
}

/** Places that are known, so that none lies outside. */
const gather: Operator = (node, constants) => {
  const [x, places] = node.inputs;
  const [result] = node.outputs;
  const axis = onAxis(integer(node, 'axis', 0), x!.shape.length);
  const length = x!.shape[axis]!;
  const known = constants.integers(places);
  if (places!.type !== 'int32' || !known?.every((place) => place >= 0 && place < length)) return undefined;
  const inner = elementCount(x!.shape.slice(axis + 1));
  const units = elementCount(x!.shape.slice(0, axis));
  return [
    {
      units,
      operations: elementCount(result!.shape),
      calls: (from, to) => [
        {
          function: 'gather',
          arguments: [
            at(result!, from * known.length * inner),
            at(x!, from * length * inner),
            at(places!),
            to - from,
            known.length,
            length,
            inner,
          ],
        },
      ],
    },
  ];
};

export const moveOperators: Readonly<Record<string, Operator>> = {
  Concat: concat,
  Expand: expand,
  Gather: gather,
  Pad: pad,
  Reshape: ({ inputs: [x] }) => ({ of: x! }),
  Slice: slice,
  Split: split,
  Tile: tile,
  Transpose: transpose,
};

/** A row under each row of a matrix of results: a bias, before a product is added to it. */
export const rowsOf = (result: Value, row: Value): Work =>
  copied(result.shape, dense(result), { value: row, strides: repeatedStrides(row.shape, result.shape) });
