// Products of matrices: c = a·b, or c + a·b, a of [m, k] and b of [k, n] with any strides, c dense in its rows.
// Large ones go through packed panels (K. Goto & R. van de Geijn, Anatomy of High-Performance Matrix Multiplication,
// 2008): five or six rows of a by eight columns of b, whose sums fill the registers that 128-bit SIMD has.
import { pack } from './panels';
import { smallProduct } from './small-products';
import { COLUMNS, ROWS, tile } from './tile';

/** Terms of a sum that one pass takes: a panel of b then stays in the nearest cache. */
const DEPTH = 384;

/** Fewer multiplications than packing has loads and stores. */
const FEW = 1024;

/** Whether one operand is a vector whose elements lie beside each other, so that packing would only move the other. */
function isOfVector(m: i32, n: i32, aColumn: i32, bRow: i32, bColumn: i32): bool {
  return (m === 1 && bColumn === 1) || (n === 1 && aColumn === 1 && bRow === 1);
}

/**
 * A batch of products; matrices lie aStep, bStep and cStep elements apart.
 *
 * @param adds whether c keeps its values as first terms
 * @param scratch room for packed matrices: see scratchBytes in the executor's table of operators
 */
export function product(
  c: usize,
  a: usize,
  b: usize,
  batch: i32,
  aStep: i32,
  bStep: i32,
  cStep: i32,
  m: i32,
  n: i32,
  k: i32,
  aRow: i32,
  aColumn: i32,
  bRow: i32,
  bColumn: i32,
  cRow: i32,
  adds: bool,
  scratch: usize,
): void {
  const isSmall = <i64>m * <i64>n * <i64>k < FEW || isOfVector(m, n, aColumn, bRow, bColumn);
  for (let i = 0; i < batch; i++) {
    if (isSmall) smallProduct(c, a, b, m, n, k, aRow, aColumn, bRow, bColumn, cRow, adds);
    else packed(c, a, b, m, n, k, aRow, aColumn, bRow, bColumn, cRow, adds, scratch);
    a += (<usize>aStep) << 2;
    b += (<usize>bStep) << 2;
    c += (<usize>cStep) << 2;
  }
}

function packed(
  c: usize,
  a: usize,
  b: usize,
  m: i32,
  n: i32,
  k: i32,
  aRow: i32,
  aColumn: i32,
  bRow: i32,
  bColumn: i32,
  cRow: i32,
  adds: bool,
  scratch: usize,
): void {
  const edge = scratch + COLUMNS * 4;
  const left = edge + ROWS * COLUMNS * 4;
  memory.fill(scratch, 0, COLUMNS * 4);
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const panels = (m + ROWS - 1) / ROWS;
    const right = left + ((<usize>(panels * ROWS * depth)) << 2);
    pack(left, a + ((<usize>(from * aColumn)) << 2), m, depth, aRow, aColumn, ROWS);
    pack(right, b + ((<usize>(from * bRow)) << 2), n, depth, bColumn, bRow, COLUMNS);
    tiles(c, left, right, m, n, depth, cRow, adds || from > 0, edge, scratch);
  }
}

function tiles(
  c: usize,
  left: usize,
  right: usize,
  m: i32,
  n: i32,
  depth: i32,
  cRow: i32,
  adds: bool,
  edge: usize,
  zeros: usize,
): void {
  const rowBytes = (<usize>cRow) << 2;
  const edgeBytes: usize = COLUMNS * 4;
  for (let j = 0; j < n; j += COLUMNS) {
    const b = right + ((<usize>(j * depth)) << 2);
    for (let i = 0; i < m; i += ROWS) {
      const a = left + ((<usize>(i * depth)) << 2);
      const to = c + <usize>i * rowBytes + ((<usize>j) << 2);
      const rows = min(ROWS, m - i);
      const columns = min(COLUMNS, n - j);
      if (rows === ROWS && columns === COLUMNS) {
        tile(to, rowBytes, adds ? to : zeros, adds ? rowBytes : 0, a, b, depth);
      } else {
        if (adds) copyPart(edge, edgeBytes, to, rowBytes, rows, columns);
        tile(edge, edgeBytes, adds ? edge : zeros, adds ? edgeBytes : 0, a, b, depth);
        copyPart(to, rowBytes, edge, edgeBytes, rows, columns);
      }
    }
  }
}

/** The part of a tile that lies within c: additions have the order of whole tiles. */
function copyPart(to: usize, toRowBytes: usize, from: usize, fromRowBytes: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < (<usize>columns) << 2; j += 4) store<f32>(to + j, load<f32>(from + j));
    to += toRowBytes;
    from += fromRowBytes;
  }
}
