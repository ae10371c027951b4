// Constants that depend on the number of rows, such as those that a function computes from its batch size.
import type { Constant, Graph, Value } from '../graph/graph.ts';

/** How a number goes with the number B of rows: as k·B, as k/B, or in another way. */
export type RowCount = 'multiple' | 'inverse' | 'other';

/** Two numbers of rows at which a function is traced. */
export type TracedRows = readonly [number, number];

/** The largest relative rounding error of float32 in a product of a constant and a number of rows. */
const ROUNDING = 2 ** -22;

/**
 * The constants of the first graph that have other numbers in the second; int64 lists of sizes are shapes and do not
 * count.
 *
 * @returns undefined if the graphs differ in another way
 */
export function rowCounts([a, b]: readonly [Graph, Graph], rows: TracedRows): ReadonlyMap<Value, RowCount> | undefined {
  const isAlike =
    a.nodes.length === b.nodes.length &&
    a.constants.length === b.constants.length &&
    a.nodes.every(({ operator }, i) => operator === b.nodes[i]!.operator);
  if (!isAlike) return undefined;
  const differing = a.constants.flatMap((constant, i) => {
    const count = countOf(constant, b.constants[i]!, rows);
    return count ? [[constant.value, count] as const] : [];
  });
  return new Map(differing);
}

function countOf({ value, data }: Constant, other: Constant, [rowsA, rowsB]: TracedRows): RowCount | undefined {
  if (value.type === 'int64' || data.length !== other.data.length) return undefined; // told by its shape
  const pairs = Array.from(data as ArrayLike<number>, (number, i) => [number, Number(other.data[i]!)] as const);
  if (pairs.every(([x, y]) => Object.is(x, y))) return undefined;
  const isAlways = (ratio: number) => pairs.every(([x, y]) => Math.abs(y - x * ratio) <= ROUNDING * Math.abs(y));
  return isAlways(rowsB / rowsA) ? 'multiple' : isAlways(rowsA / rowsB) ? 'inverse' : 'other';
}
