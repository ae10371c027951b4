// Products of matrices.
import { elementCount } from '@flowvae/tensor';
import type { GraphNode, Value } from '../../graph/graph.ts';
import { merged, placesOf, repeatedStrides } from '../axes.ts';
import { at, type Call, type Work } from '../work.ts';
import { rowsOf } from './moves.ts';
import { float, integer, type Operator } from './operator.ts';
import { alongSpan } from './reductions.ts';

/** Tiles of at most this size, and the depth, of assembly/products.ts. */
const [ROWS, COLUMNS, DEPTH] = [6, 8, 384];

/** A matrix in a batch: strides in elements. */
interface Matrix {
  readonly value: Value;
  readonly start: number;
  readonly step: number;
  readonly row: number;
  readonly column: number;
}

/** c = a·b for a batch, or c + a·b. */
interface Product {
  readonly c: Omit<Matrix, 'column'>;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly adds: boolean;
}

/** Room for a row of zeros, one tile, and both matrices in panels. */
const scratchBytes = ({ m, n, k }: Product): number =>
  4 * ((1 + ROWS) * COLUMNS + Math.min(DEPTH, k) * (m + ROWS + n + COLUMNS));

function call(product: Product): Call {
  const { c, a, b, batch, m, n, k, adds } = product;
  const places = [c, a, b].map(({ value, start }) => at(value, start));
  const steps = [a.step, b.step, c.step];
  const strides = [a.row, a.column, b.row, b.column, c.row];
  const scratch = { scratchBytes: scratchBytes(product) };
  return { function: 'product', arguments: [...places, batch, ...steps, m, n, k, ...strides, Number(adds), scratch] };
}

/**
 * Units are matrices of the batch, or else panels of columns or rows, whichever packs less twice: threads that share
 * columns pack the rows of a each.
 */
function shared(product: Product): Work {
  const { c, a, b, batch, m, n, k } = product;
  const operations = batch * m * n * k;
  if (batch > 1) {
    const part = (matrix: Matrix | Product['c'], from: number) => ({
      ...matrix,
      start: matrix.start + from * matrix.step,
    });
    return {
      units: batch,
      operations,
      calls: (from, to) => [
        call({
          ...product,
          c: part(c, from),
          a: part(a, from) as Matrix,
          b: part(b, from) as Matrix,
          batch: to - from,
        }),
      ],
    };
  }
  if (n > m) {
    return {
      units: Math.ceil(n / COLUMNS),
      operations,
      calls(from, to) {
        const [first, end] = [from * COLUMNS, Math.min(n, to * COLUMNS)];
        const columns = { c: { ...c, start: c.start + first }, b: { ...b, start: b.start + first * b.column } };
        return [call({ ...product, ...columns, n: end - first })];
      },
    };
  }
  return {
    units: Math.ceil(m / ROWS),
    operations,
    calls(from, to) {
      const [first, end] = [from * ROWS, Math.min(m, to * ROWS)];
      const rows = { c: { ...c, start: c.start + first * c.row }, a: { ...a, start: a.start + first * a.row } };
      return [call({ ...product, ...rows, m: end - first })];
    },
  };
}

/** Rows and columns of the last two axes, with their strides; `turned` swaps them. */
function sides({ shape }: Value, turned: boolean) {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return turned
    ? { rows: columns, columns: rows, row: 1, column: columns }
    : { rows, columns, row: columns, column: 1 };
}

/** All products of a batch, whose axes are repeated where an operand has less. */
function batched(node: GraphNode, a: Value, b: Value, adds: boolean): Work[] {
  const [result] = node.outputs;
  const left = sides(a, integer(node, 'transA', 0) === 1);
  const right = sides(b, integer(node, 'transB', 0) === 1);
  const [m, n, k] = [left.rows, right.columns, left.columns];
  const sizes = result!.shape.slice(0, -2);
  const stepsOf = ({ shape }: Value) => {
    const matrix = elementCount(shape.slice(-2));
    return repeatedStrides(shape.slice(0, -2), sizes).map((stride) => stride * matrix);
  };
  const loop = merged({ sizes, strides: [result!, a, b].map(stepsOf) });
  const [outer, batch] = [loop.sizes.slice(0, -1), loop.sizes.at(-1) ?? 1];
  return placesOf(outer).flatMap((place) => {
    const [c, x, y] = loop.strides.map((strides) => ({
      start: place.reduce((sum, index, axis) => sum + index * strides[axis]!, 0),
      step: strides.at(-1) ?? 0,
    })) as [Steps, Steps, Steps];
    const product: Product = {
      c: { value: result!, ...c, row: n },
      a: { value: a, ...x, row: left.row, column: left.column },
      b: { value: b, ...y, row: right.row, column: right.column },
      ...{ batch, m, n, k, adds },
    };
    return [shared(inOne(product))];
  });
}

type Steps = Pick<Matrix, 'start' | 'step'>;

/** Matrices that lie behind each other and have one right-hand side in common are one. */
function inOne(product: Product): Product {
  const { a, b, c, batch, m } = product;
  const isOne = batch > 1 && b.step === 0 && a.step === m * a.row && c.step === m * c.row;
  return isOne ? { ...product, batch: 1, m: batch * m } : product;
}

const isPlain = (node: GraphNode): boolean => float(node, 'alpha', 1) === 1 && float(node, 'beta', 1) === 1;

const matMul: Operator = (node) => {
  const [a, b] = node.inputs;
  const [result] = node.outputs;
  const isOfMatrices = a!.shape.length > 1 && b!.shape.length > 1;
  if (a!.type !== 'float32' || !isOfMatrices || !isPlain(node) || elementCount(a!.shape) === 0) return undefined;
  return elementCount(result!.shape) === 0 ? [] : batched(node, a!, b!, false);
};

/** A row of ones times a matrix is a sum over rows. */
const gemm: Operator = (node, constants) => {
  const [a, b, bias] = node.inputs;
  const [result] = node.outputs;
  const isTurned = integer(node, 'transA', 0) === 1 || integer(node, 'transB', 0) === 1;
  const ones = constants.all.get(a!);
  if (a!.shape[0] === 1 && !isTurned && !bias && isPlain(node) && ones?.every((x) => x === 1)) {
    const [n, inner] = b!.shape as [number, number];
    return [alongSpan({ outer: 1, n, inner }, result!, b!, [1], 'sum')];
  }
  if (!bias) return matMul(node, constants);
  if (!isPlain(node) || elementCount(a!.shape) === 0 || elementCount(b!.shape) === 0) return undefined;
  return [rowsOf(result!, bias), ...batched(node, a!, b!, true)];
};

export const productOperators: Readonly<Record<string, Operator>> = {
  FusedMatMul: matMul,
  Gemm: gemm,
  MatMul: matMul,
};
