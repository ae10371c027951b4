// A graph for the executor, as data: calls of functions over places of one memory.
import type { Value } from '../graph/graph.ts';

/** A place in memory: of a value, of a table of integers, or of room that no later call reads. */
export type Place =
  | { readonly value: Value /** Elements from the value's start. */; readonly from?: number }
  | { readonly table: readonly number[] }
  | { readonly scratchBytes: number };

/** A call of a function: of the executor's own module, or of a declared kernel's. */
export interface Call {
  readonly function: string;
  readonly arguments: readonly (number | Place)[];
  readonly isKernel?: boolean;
}

/**
 * The work of one operator, in units that threads can share: each unit's results do not depend on the other units, nor
 * on the number of units in a call.
 */
export interface Work {
  readonly units: number;
  /** About so many additions or copies. */
  readonly operations: number;
  /** The calls for the units from `from` up to `to`. */
  calls(from: number, to: number): readonly Call[];
}

/** Calls of each thread, between two meetings of all threads. */
export type CallTurn = readonly (readonly Call[])[];

/** A value, from one of its elements on. */
export const at = (value: Value, from = 0): Place => (from === 0 ? { value } : { value, from });

/** Work that is not shared. */
export const whole = (operations: number, ...calls: readonly Call[]): Work => ({
  units: 1,
  operations,
  calls: () => calls,
});
