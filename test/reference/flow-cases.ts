// The form of the reference numbers of a flow, and matrices in plain float64: log-dets come from Jacobians written out,
// by elimination.
import { mulberry32, normals } from './inputs.ts';

/** Numbers, row-major, and their shape; the first axis counts the rows of the batch. */
export interface Param {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** One case of a flow's reference file. Arrays are flat and row-major. */
export interface FlowReferenceCase {
  readonly name: string;
  readonly dim: number;
  readonly layers: number;
  /** Another number of the flow, e.g. the width of a Sylvester flow. */
  readonly size?: number;
  readonly batch: number;
  /** [B, D] */
  readonly z: ArrayLike<number>;
  readonly params: Readonly<Record<string, Param>>;
  /** [B, D] */
  readonly y: readonly number[];
  /** [B] */
  readonly logDet: readonly number[];
}

/** `radial.json` and its like. */
export interface FlowReference {
  readonly madeBy: string;
  readonly cases: readonly FlowReferenceCase[];
}

export type Vector = readonly number[];
export type Matrix = readonly Vector[];

/** One layer at one point: where it goes, and the Jacobian there. */
export interface LayerResult {
  readonly y: Vector;
  readonly jacobian: Matrix;
}

/** One row's parameters: each an array of float64 numbers that float32 holds. */
export type RowParams = Readonly<Record<string, Vector>>;

/** Options of making a case. */
export interface CaseOptions {
  readonly name: string;
  readonly dim: number;
  readonly layers?: number;
  readonly size?: number;
  readonly scale: number;
  /** Shapes of the parameters of one row. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Layer k at a point. */
  readonly layer: (z: Vector, params: RowParams, k: number) => LayerResult;
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A case with drawn inputs: three rows with parameters of their own (one row above five dimensions). */
export function solvedCase({ name, dim, layers = 1, size, scale, shapes, layer }: CaseOptions): FlowReferenceCase {
  const batch = dim > 5 ? 1 : 3;
  const uniform = mulberry32(1000 * dim + 10 * layers + Math.round(100 * scale) + (size ?? 0));
  const z = normals(uniform, batch * dim, 1);
  const params = Object.fromEntries(
    Object.entries(shapes).map(([param, shape]) => {
      const full = [batch, ...shape];
      return [param, { shape: full, values: normals(uniform, count(full), scale) }];
    }),
  );
  const rows = Array.from({ length: batch }, (_, row) => {
    const part = (values: ArrayLike<number>) => {
      const width = values.length / batch;
      return Array.from({ length: width }, (__, i) => Math.fround(values[row * width + i]!));
    };
    const own = Object.fromEntries(Object.entries(params).map(([param, { values }]) => [param, part(values)]));
    let y: Vector = part(z);
    let logDet = 0;
    for (let k = 0; k < layers; k++) {
      const result = layer(y, own, k);
      logDet += logAbsDeterminant(result.jacobian);
      y = result.y;
    }
    return { y, logDet };
  });
  const y = rows.flatMap((row) => [...row.y]);
  const logDet = rows.map((row) => row.logDet);
  return { name, dim, layers, ...(size === undefined ? {} : { size }), batch, z, params, y, logDet };
}

/** log|det| of a matrix by elimination with partial pivoting. */
function logAbsDeterminant(given: Matrix): number {
  let rest = given.map((row) => [...row]);
  let logDet = 0;
  while (rest.length > 0) {
    const top = rest.reduce((best, row) => (Math.abs(row[0]!) > Math.abs(best[0]!) ? row : best));
    logDet += Math.log(Math.abs(top[0]!));
    const others = rest.filter((row) => row !== top);
    rest = others.map((row) => row.slice(1).map((entry, j) => entry - (row[0]! / top[0]!) * top[j + 1]!));
  }
  return logDet;
}

/** Part k of an array of equal parts. */
export const part = (values: Vector, k: number, width: number): Vector => values.slice(k * width, (k + 1) * width);

export const dot = (a: Vector, b: Vector): number => a.reduce((sum, ai, i) => sum + ai * b[i]!, 0);
export const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
export const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
export const product = (a: Matrix, b: Matrix): Matrix => {
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
};
export const times = (a: Matrix, x: Vector): Vector => a.map((row) => dot(row, x));

/** A matrix [n, m] from a function of row and column. */
export const matrix = (n: number, m: number, entry: (i: number, j: number) => number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: m }, (__, j) => entry(i, j)));

/**
 * Where the strictly lower triangle of a matrix [n, n] stands in packed entries x of n(n−1)/2 numbers: with m = n − 1,
 * the entry (i, j) is number p = (i − 1)·m + j of the sequence x_m, …, x_last, x_last, …, x_0.
 */
export function packedLower(x: Vector, n: number, i: number, j: number): number {
  if (j >= i) return 0;
  const p = (i - 1) * (n - 1) + j;
  return [...x.slice(n - 1), ...x.toReversed()][p]!;
}
