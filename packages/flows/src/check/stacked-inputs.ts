// Evaluates one map at many inputs in few calls: in TensorFlow.js one more operation costs as much as a hundred
// numbers.
import type { Tensor } from '@flowvae/tensor';
import { concatenated, evaluate, type Inputs, repeatRows, type ShapedArray } from './drawn-inputs.ts';

/**
 * A map whose results have one row for each row of `z` (or of the points' other name); rows do not depend on each
 * other.
 */
export type RowMap = (tensors: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;

export type Results = Readonly<Record<string, Float32Array>>;

/** How inputs are put together. */
export interface Stacking {
  /** Inputs that all rows always share: one stack for each of their values. */
  readonly shared?: readonly string[] | undefined;
  /** Whether inputs with shared parameters are evaluated unchanged, in separate calls. Default false. */
  readonly keepsBroadcast?: boolean;
}

/** Numbers of one stack, all inputs together: more would not fit into the processor's cache. */
const LARGEST_STACK = 2 ** 17;

/** Numbers of one row up to which repeating parameters for every point is cheaper than another call. */
const LARGEST_ROW = 128;

/** The results of a map at each of several inputs, in their order. */
export function evaluateEach(map: RowMap, list: readonly Inputs[], stacking: Stacking = {}): Results[] {
  const results: Results[] = new Array(list.length);
  for (const stack of stacksOf(list, stacking)) {
    if (stack.length === 1) {
      results[stack[0]!] = evaluate(map, list[stack[0]!]!);
      continue;
    }
    const given = stack.map((i) => list[i]!);
    const rows = given.map(rowsOf);
    const all = evaluate(map, stacked(given, stacking.shared ?? []));
    const total = rows.reduce((a, b) => a + b, 0);
    let from = 0;
    stack.forEach((i, at) => {
      const to = from + rows[at]!;
      results[i] = Object.fromEntries(
        Object.entries(all).map(([name, values]) => {
          const width = values.length / total;
          return [name, values.subarray(from * width, to * width)];
        }),
      );
      from = to;
    });
  }
  return results;
}

const widthOf = (arrays: readonly (readonly [string, ShapedArray])[]) =>
  arrays.reduce((sum, [, { shape, values }]) => sum + values.length / shape[0]!, 0);

/** Whether repeating parameters for every point costs less than another call. */
export const isNarrow = (inputs: Inputs) => widthOf(Object.entries(inputs)) <= LARGEST_ROW;

export const rowsOf = (inputs: Inputs) => inputs.z!.shape[0]!;

/** Indices of inputs that one call takes together. */
function stacksOf(list: readonly Inputs[], { shared = [], keepsBroadcast = false }: Stacking): number[][] {
  const stacks: { readonly members: number[]; size: number }[] = [];
  const open = new Map<string, (typeof stacks)[number]>();
  const identities = new Map<ShapedArray, number>();
  const identityOf = (array: ShapedArray) => {
    if (!identities.has(array)) identities.set(array, identities.size);
    return identities.get(array)!;
  };
  list.forEach((inputs, i) => {
    const own = Object.entries(inputs).filter(([name]) => !shared.includes(name));
    const isBroadcast = own.some(([, { shape }]) => shape[0] !== rowsOf(inputs));
    const size = rowsOf(inputs) * widthOf(own);
    const alone = isBroadcast && (keepsBroadcast || widthOf(own) > LARGEST_ROW);
    const id = shared.map((name) => identityOf(inputs[name]!)).join();
    const stack = alone ? undefined : open.get(id);
    if (stack && stack.size + size <= LARGEST_STACK) {
      stack.members.push(i);
      stack.size += size;
      return;
    }
    const fresh = { members: [i], size };
    stacks.push(fresh);
    if (!alone) open.set(id, fresh);
  });
  return stacks.map(({ members }) => members);
}

/**
 * The rows of all inputs below each other; parameters that points share are repeated for each point, except always
 * shared ones.
 */
export function stacked(list: readonly Inputs[], shared: readonly string[] = []): Inputs {
  const names = Object.keys(list[0]!);
  const arrays = names.map((name) => {
    if (shared.includes(name)) return [name, list[0]![name]!] as const;
    const parts = list.map((inputs) => {
      const array = inputs[name]!;
      return array.shape[0] === rowsOf(inputs) ? array : repeatRows(array, rowsOf(inputs));
    });
    return [name, concatenated(parts)] as const;
  });
  return Object.fromEntries(arrays);
}
