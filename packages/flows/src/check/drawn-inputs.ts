// Points and parameters at which a flow is looked at, and pure functions of them run eagerly on plain arrays.
import { drawNormal, drawUniform, fold, type Key } from '@flowvae/random';
import { elementCount, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { Flow, ParamShapes, Params } from '../flow.ts';

/** Numbers, row-major, and their shape. */
export interface ShapedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Arrays by name: `z` and the parameters. */
export type Inputs = Readonly<Record<string, ShapedArray>>;

type Tensors = Readonly<Record<string, Tensor>>;

/** How parameters are drawn. */
export interface ParamDraw {
  /** Standard deviation. */
  readonly scale: number;
  /**
   * 1: all points share one row; else one row for each point, except for parameters that the flow always shares.
   * Default 1.
   */
  readonly rows?: number;
  /**
   * Draws each parameter with its own scale, log-uniform from a thirtieth of `scale`: constraints break if sizes
   * differ. Default false.
   */
  readonly mixed?: boolean;
}

/** Parameters, each element N(0, scale²). */
export function drawParams(flow: Flow, { scale, rows = 1, mixed = false }: ParamDraw, key: Key): Inputs {
  const arrays = Object.entries(flow.paramShapes).map(([name, shape]) => {
    const whole = [flow.shared?.includes(name) ? 1 : rows, ...shape];
    const own = mixed ? scale * 30 ** -drawUniform(fold(key, 'scale', name), 1)[0]! : scale;
    const values = drawNormal(fold(key, 'param', name), elementCount(whole)).map((value) => own * value);
    return [name, { shape: whole, values }] as const;
  });
  return Object.fromEntries(arrays);
}

/** The flow's initial parameters. */
export function initialParams(flow: Flow, key: Key): Inputs {
  const initial = flow.initialParams(key);
  const arrays = Object.entries(flow.paramShapes).map(
    ([name, shape]) => [name, { shape: [1, ...shape], values: initial[name]! }] as const,
  );
  return Object.fromEntries(arrays);
}

/** Points [count, D]: odd rows N(0, I), even rows N(0, 9·I), which reach the tails; times `spread`. */
export function drawPoints(dim: number, count: number, key: Key, spread = 1): ShapedArray {
  const values = drawNormal(fold(key, 'z'), count * dim);
  return {
    shape: [count, dim],
    values: values.map((value, i) => value * spread * (Math.floor(i / dim) % 2 ? 1 : 3)),
  };
}

/** [n, …] → [n·times, …], every row repeated that many times in a row. */
export function repeatRows({ shape, values }: ShapedArray, times: number): ShapedArray {
  const [rows, ...rest] = shape as [number, ...number[]];
  const size = values.length / rows;
  const repeated = new Float32Array(values.length * times);
  for (let row = 0; row < rows * times; row++) {
    const from = Math.floor(row / times) * size;
    repeated.set(values.subarray(from, from + size), row * size);
  }
  return { shape: [rows * times, ...rest], values: repeated };
}

/** Rows of several arrays below each other. */
export function concatenated(arrays: readonly ShapedArray[]): ShapedArray {
  const values = new Float32Array(arrays.reduce((sum, array) => sum + array.values.length, 0));
  let from = 0;
  for (const array of arrays) {
    values.set(array.values, from);
    from += array.values.length;
  }
  const rows = arrays.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return { shape: [rows, ...arrays[0]!.shape.slice(1)], values };
}

/** Runs a function of named tensors and reads its results; every tensor is freed. */
export function evaluate(fn: (tensors: Tensors) => Readonly<Record<string, Tensor>>, inputs: Inputs) {
  return tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]);
    const results = Object.entries(fn(Object.fromEntries(tensors)));
    return Object.fromEntries(results.map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]));
  });
}

/** A flow's forward map as a function of named tensors. */
export const forwardOf =
  (flow: Flow) =>
  ({ z, ...params }: Tensors) => ({ ...flow.forward(params as Params<ParamShapes>, z as Tensor2D) });
