// Running sums and products, arithmetic sequences, and sums over named axes.
import { tf, type tfjs } from '@flowvae/tensor';
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { listed } from './arithmetic.ts';
import { converted, type Lowering, type Lowerings, padded, pairwise, required } from './lowering.ts';

/** Booleans are counted. */
const number = (builder: GraphBuilder, x: Value) => converted(builder, x, x.type === 'bool' ? 'int32' : x.type);

const cumsum: Lowering<tfjs.CumsumAttrs> = (builder, inputs, { axis, exclusive, reverse }) => {
  const x = number(builder, required(inputs, 'x'));
  const [positive] = tf.util.parseAxisParam(axis, [...x.shape]);
  const attributes = { exclusive: Number(exclusive), reverse: Number(reverse) };
  const place = builder.scalar(positive!, 'int32'); // a list of one axis is no scalar to other runtimes
  return builder.node('CumSum', [x, place], { shape: x.shape, type: x.type, attributes });
};

/** ONNX has no running product: each step doubles the reach, log₂ of the size steps in all. */
const cumprod: Lowering<tfjs.CumprodAttrs> = (builder, inputs, { axis, exclusive, reverse }) => {
  const x = number(builder, required(inputs, 'x'));
  const positive = tf.util.parseAxisParam(axis, [...x.shape])[0]!;
  const moved = (y: Value, steps: number) => {
    const amounts = (reverse ? [-steps, steps] : [steps, -steps]) as [number, number];
    return padded(
      builder,
      y,
      y.shape.map((_, i) => (i === positive ? amounts : [0, 0])),
      1,
    );
  };
  let product = exclusive ? moved(x, 1) : x;
  for (let reach = 1; reach < x.shape[positive]!; reach *= 2) {
    product = pairwise(builder, 'Mul', product, moved(product, reach));
  }
  return product;
};

/** tfjs adds up the steps in the type of the result, rounding at each. */
function sequence(builder: GraphBuilder, start: number, step: number, count: number, type: 'float32' | 'int32'): Value {
  const values = type === 'int32' ? new Int32Array(count) : new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = i === 0 ? start : values[i - 1]! + step;
  return builder.constant(values, [count], type);
}

const linSpace: Lowering<tfjs.LinSpaceAttrs> = (builder, _, { start, stop, num }) =>
  sequence(builder, start, (stop - start) / (num - 1), num, 'float32');

const range: Lowering<tfjs.RangeAttrs> = (builder, _, { start, stop, step, dtype }) => {
  const type = dtype === 'int32' ? 'int32' : 'float32';
  const empty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
  const count = empty ? 0 : Math.abs(Math.ceil((stop - start) / step));
  return sequence(builder, start, stop < start && step === 1 ? -1 : step, count, type);
};

const einsum: Lowering<tfjs.EinsumAttrs> = (builder, inputs, { equation }) => {
  const terms = listed(inputs);
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, terms.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, terms as never);
  const sizes = new Map(
    terms.flatMap((term, i) => idDims[i]!.map((dim, axis) => [allDims[dim]!, term.shape[axis]!] as const)),
  );
  const result = equation.split('->')[1]!.trim();
  const shape = Array.from(result, (name) => sizes.get(name)!);
  return builder.node('Einsum', terms, { shape, type: terms[0]!.type, attributes: { equation } });
};

export const sequences = {
  Cumprod: cumprod,
  Cumsum: cumsum,
  Einsum: einsum,
  LinSpace: linSpace,
  Range: range,
} satisfies Lowerings;
