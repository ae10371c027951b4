// The networks inside flows in float64, unit by unit: tanh hidden layers, weights stacked over the layers of the flow.
import { mulberry32, normals } from './inputs.ts';

/** Sizes of K stacked networks. */
export interface NetworkSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly depth: number;
  /** Width of the context; 0 for none. */
  readonly contextWidth: number;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * Parameters by name: kernels [K, from, to], biases [K, to], contextKernel [C, K·H], context [B, C]; flat, row-major.
 */
export type FlatParams = Readonly<Record<string, ArrayLike<number>>>;

/** Whether a weight from a unit to a unit of stage `stage` counts. */
export type Used = (stage: number, from: number, to: number) => boolean;

const kernelName = (stage: number, depth: number) => (stage === depth ? 'kernelOut' : `kernel${stage + 1}`);
const biasName = (stage: number, depth: number) => (stage === depth ? 'biasOut' : `bias${stage + 1}`);

/** Outputs of network k at an input and row `row` of the context. */
export function perceptron(
  { layers, hidden, depth, contextWidth, inputs, outputs }: NetworkSizes,
  params: FlatParams,
  { k, row, x }: { readonly k: number; readonly row: number; readonly x: readonly number[] },
  used: Used = () => true,
): number[] {
  const widths = [inputs, ...new Array<number>(depth).fill(hidden), outputs];
  let values: readonly number[] = x;
  for (let stage = 0; stage <= depth; stage++) {
    const [from, to] = [widths[stage]!, widths[stage + 1]!];
    const kernel = params[kernelName(stage, depth)]!;
    const bias = params[biasName(stage, depth)]!;
    const next: number[] = [];
    for (let unit = 0; unit < to; unit++) {
      let sum = Math.fround(bias[k * to + unit]!);
      for (let i = 0; i < from; i++) {
        if (used(stage, i, unit)) sum += Math.fround(kernel[(k * from + i) * to + unit]!) * values[i]!;
      }
      for (let c = 0; stage === 0 && c < contextWidth; c++) {
        const weight = Math.fround(params.contextKernel![c * layers * hidden + k * hidden + unit]!);
        sum += weight * Math.fround(params.context![row * contextWidth + c]!);
      }
      next.push(stage === depth ? sum : Math.tanh(sum));
    }
    values = next;
  }
  return [...values];
}

/** Normal draws of all parameters for a batch. */
export function drawnParams(
  sizes: NetworkSizes,
  batch: number,
  scale: number,
  seed: number,
): Record<string, Float32Array> {
  const { layers, hidden, depth, contextWidth, inputs, outputs } = sizes;
  const uniform = mulberry32(seed);
  const widths = [inputs, ...new Array<number>(depth).fill(hidden), outputs];
  const params: Record<string, Float32Array> = {};
  for (let stage = 0; stage <= depth; stage++) {
    const [from, to] = [widths[stage]!, widths[stage + 1]!];
    params[kernelName(stage, depth)] = normals(uniform, layers * from * to, scale);
    params[biasName(stage, depth)] = normals(uniform, layers * to, scale);
  }
  if (contextWidth > 0) {
    params.contextKernel = normals(uniform, contextWidth * layers * hidden, scale);
    params.context = normals(uniform, batch * contextWidth, 1);
  }
  return params;
}

/** One case of a flow with networks inside: a batch of points, parameters, and both directions at those points. */
export interface NetworkedCase {
  readonly name: string;
  readonly flow: string;
  readonly dim: number;
  readonly layers: number;
  readonly hidden: number;
  readonly depth: number;
  readonly contextWidth: number;
  readonly bins?: number;
  readonly batch: number;
  /** [B, D] */
  readonly z: ArrayLike<number>;
  readonly params: FlatParams;
  /** Forward at z: [B, D] and [B]. */
  readonly y: readonly number[];
  readonly logDet: readonly number[];
  /** The inverse at z: [B, D] and [B]. */
  readonly inverse: readonly number[];
  readonly inverseLogDet: readonly number[];
}

/** A reference file of such cases. */
export interface NetworkedReference {
  readonly madeBy: string;
  readonly cases: readonly NetworkedCase[];
}

/** A point's image and log-det. */
export interface Mapped {
  readonly point: number[];
  readonly logDet: number;
}

/** Applies both directions to every row of a batch. */
export function solvedRows(
  z: ArrayLike<number>,
  dim: number,
  directions: { forward(point: number[], row: number): Mapped; inverse(point: number[], row: number): Mapped },
): Pick<NetworkedCase, 'y' | 'logDet' | 'inverse' | 'inverseLogDet'> {
  const rows = Array.from({ length: z.length / dim }, (_, row) => {
    const point = Array.from({ length: dim }, (__, d) => Math.fround(z[row * dim + d]!));
    return { forward: directions.forward(point, row), inverse: directions.inverse(point, row) };
  });
  return {
    y: rows.flatMap(({ forward }) => forward.point),
    logDet: rows.map(({ forward }) => forward.logDet),
    inverse: rows.flatMap(({ inverse }) => inverse.point),
    inverseLogDet: rows.map(({ inverse }) => inverse.logDet),
  };
}

/** a = 2·tanh(r/2), the log-scale of the affine maps. */
export const logScale = (raw: number): number => 2 * Math.tanh(raw / 2);
