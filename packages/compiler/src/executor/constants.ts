// The numbers that operators need while a program is made.
import type { Constant, Graph, Value } from '../graph/graph.ts';

/** The constants of a graph, and those that a program adds. */
export class Constants {
  readonly all = new Map<Value, Constant['data']>();
  readonly #scalars = new Map<number, Value>();

  constructor({ constants }: Graph) {
    for (const { value, data } of constants) this.all.set(value, data);
  }

  /** The whole numbers of a constant operand; undefined if it is not known or absent. */
  integers(value: Value | undefined): number[] | undefined {
    const data = value && this.all.get(value);
    return data && Array.from(data as ArrayLike<number | bigint>, Number);
  }

  /** A float32 scalar in memory. */
  scalar(number: number): Value {
    const known = this.#scalars.get(number);
    if (known) return known;
    const value: Value = { shape: [], type: 'float32' };
    this.all.set(value, Float32Array.of(number));
    this.#scalars.set(number, value);
    return value;
  }
}
