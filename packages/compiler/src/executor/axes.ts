// Loops over the axes of strided arrays: as few axes as the strides allow, for the executor's tables of four.
import type { Value } from '../graph/graph.ts';
import { at, type Call, type Work } from './work.ts';

/** A value as an operand of a loop: strides in elements along the loop's axes, 0 where it is repeated. */
export interface Strided {
  readonly value: Value;
  readonly strides: readonly number[];
  /** The first element. */
  readonly start?: number;
}

/** The axes of a table. */
const TABLE_AXES = 4;

/** The strides of a dense array. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The strides of a dense array that is repeated to a larger shape. */
export function repeatedStrides(shape: readonly number[], to: readonly number[]): number[] {
  const dense = denseStrides(shape);
  const missing = to.length - shape.length;
  return to.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : dense[axis - missing]!));
}

/** A value, repeated to a shape. */
export const repeated = (value: Value, to: readonly number[]): Strided => ({
  value,
  strides: repeatedStrides(value.shape, to),
});

interface Loop {
  readonly sizes: readonly number[];
  /** One list for each operand. */
  readonly strides: readonly (readonly number[])[];
}

/** The same loop without axes of size 1, neighbours in one where every operand goes on as before. */
export function merged({ sizes, strides }: Loop): Loop {
  const axes: { size: number; strides: number[] }[] = [];
  for (const [axis, size] of sizes.entries()) {
    if (size === 1) continue;
    const here = strides.map((list) => list[axis]!);
    const last = axes.at(-1);
    if (last?.strides.every((stride, i) => stride === here[i]! * size)) {
      axes[axes.length - 1] = { size: last.size * size, strides: here };
    } else axes.push({ size, strides: here });
  }
  return { sizes: axes.map(({ size }) => size), strides: strides.map((_, i) => axes.map((axis) => axis.strides[i]!)) };
}

/** How a function reads its table. */
interface Nest {
  readonly function: string;
  readonly sizes: readonly number[];
  readonly result: Strided;
  readonly sources: readonly Strided[];
  /** Whether the table holds the strides of the result, which is dense otherwise. */
  readonly isResultStrided?: boolean;
}

/** A loop over all places, one unit for each place of its first axis. */
export function nest({ function: name, sizes, result, sources, isResultStrided = false }: Nest): Work {
  const operands = [result, ...sources];
  const operations = sizes.reduce((a, b) => a * b, 1);
  if (operations === 0) return whole0;
  const loop = merged({ sizes, strides: operands.map(({ strides }) => strides) });
  const outer = loop.sizes.slice(0, Math.max(0, loop.sizes.length - TABLE_AXES)); // beyond the table
  const inner = loop.sizes.slice(outer.length);
  const call = (starts: readonly number[], from: number, to: number): Call => {
    const skipped = TABLE_AXES - inner.length;
    const shared = [to - from, ...inner.slice(1)];
    const filled = (list: readonly number[], by: number) => [...new Array<number>(skipped).fill(by), ...list];
    const stridesOf = (i: number) => filled(loop.strides[i]!.slice(outer.length), 0);
    const tabled = operands.map((_, i) => i).slice(isResultStrided ? 0 : 1);
    const table = [...(inner.length === 0 ? [1, 1, 1, 1] : filled(shared, 1)), ...tabled.flatMap(stridesOf)];
    const places = operands.map(({ value, start = 0 }, i) =>
      at(value, start + starts[i]! + from * (loop.strides[i]![outer.length] ?? 0)),
    );
    return { function: name, arguments: [...places, { table }] };
  };
  const starts = placesOf(outer).map((place) =>
    operands.map((_, i) => place.reduce((sum, index, axis) => sum + index * loop.strides[i]![axis]!, 0)),
  );
  return {
    units: outer.length > 0 ? 1 : (inner[0] ?? 1),
    operations,
    calls: (from, to) =>
      outer.length > 0
        ? starts.map((start) => call(start, 0, inner[0]!))
        : [
            call(
              operands.map(() => 0),
              from,
              to,
            ),
          ],
  };
}

const whole0: Work = { units: 1, operations: 0, calls: () => [] };

/** All places of a loop. */
export function placesOf(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
}
