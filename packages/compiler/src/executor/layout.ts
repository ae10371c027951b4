// Places for all values in one memory: a value's place is free again after the last moment that reads it. A moment is
// one call of the first thread, or a turn that all threads share.
import { elementCount } from '@flowvae/tensor';
import type { Constant, Graph, Value } from '../graph/graph.ts';
import type { Constants } from './constants.ts';
import type { CallTurn, Place } from './work.ts';

/** Elements in the executor's memory have 32 bits. */
const ELEMENT = 4;

/** Values begin at a cache line. */
const LINE = 64;

/**
 * The first byte behind the tables of declared kernels and of the executor. The words by which threads meet have the
 * cache line there; values follow.
 */
export const FIRST_BYTE = 131_072;

interface LayoutOptions {
  readonly graph: Graph;
  readonly turns: readonly CallTurn[];
  readonly constants: Constants;
  readonly threads: number;
  /** The value in whose memory a value lies. */
  readonly rootOf: (value: Value) => Value;
}

/** A stretch of memory that is free. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

const sizeOf = ({ shape }: Value): number => Math.max(LINE, Math.ceil((elementCount(shape) * ELEMENT) / LINE) * LINE);

export class Layout {
  readonly #at = new Map<Value, number>();
  readonly #tables = new Map<string, { readonly at: number; readonly data: Int32Array }>();
  readonly #options: LayoutOptions;
  readonly #scratch: number;
  readonly #scratchBytes: number;
  #end = FIRST_BYTE + LINE;
  #gaps: Gap[] = [];

  constructor(options: LayoutOptions) {
    this.#options = options;
    const { graph, turns, threads, constants } = options;
    for (const { value } of [...graph.inputs, ...graph.variables]) this.#at.set(value, this.#take(sizeOf(value)));
    const used = new Set(placesIn(turns).flatMap((place) => ('value' in place ? [options.rootOf(place.value)] : [])));
    for (const { value } of graph.outputs) used.add(options.rootOf(value));
    for (const value of constants.all.keys()) if (used.has(value)) this.#at.set(value, this.#take(sizeOf(value)));
    for (const place of placesIn(turns)) if ('table' in place) this.#placeTable(place.table);
    this.#scratchBytes = placesIn(turns).reduce(
      (most, place) => ('scratchBytes' in place ? Math.max(most, Math.ceil(place.scratchBytes / LINE) * LINE) : most),
      0,
    );
    this.#scratch = this.#take(this.#scratchBytes * threads);
    this.#placeValues();
  }

  /** The end of the memory. */
  get bytes(): number {
    return this.#end;
  }

  /** The address of a value that has memory of its own. */
  at(value: Value): number {
    return this.#at.get(value)!;
  }

  /** The address of an argument. */
  addressOf(place: Place, thread: number): number {
    if ('table' in place) return this.#tables.get(place.table.join())!.at;
    if ('scratchBytes' in place) return this.#scratch + thread * this.#scratchBytes;
    return this.at(this.#options.rootOf(place.value)) + (place.from ?? 0) * ELEMENT;
  }

  /** All numbers that are written once. */
  constants(): { readonly at: number; readonly data: Int32Array | Float32Array }[] {
    const { all } = this.#options.constants;
    const values = [...all].flatMap(([value, data]) =>
      this.#at.has(value) ? [{ at: this.at(value), data: inMemory(data) }] : [],
    );
    return [...values, ...this.#tables.values()];
  }

  #placeTable(table: readonly number[]): void {
    const key = table.join();
    if (this.#tables.has(key)) return;
    const data = Int32Array.from(table);
    this.#tables.set(key, { at: this.#take(Math.ceil(data.byteLength / LINE) * LINE), data });
  }

  /** Moment after moment: places for values that it is the first to use, then back those that it is the last to use. */
  #placeValues(): void {
    const { turns, graph, rootOf } = this.#options;
    const moments = turns.flatMap((turn) => (turn.length > 1 ? [turn] : turn[0]!.map((call) => [[call]])));
    const rootsIn = (moment: CallTurn) =>
      new Set(placesIn([moment]).flatMap((place) => ('value' in place ? [rootOf(place.value)] : [])));
    const uses = moments.map(rootsIn);
    const last = new Map<Value, number>();
    for (const [i, values] of uses.entries()) for (const value of values) last.set(value, i);
    for (const { value } of graph.outputs) last.set(rootOf(value), moments.length);
    const kept = new Set(this.#at.keys());
    for (const [i, values] of uses.entries()) {
      for (const value of values) if (!this.#at.has(value)) this.#at.set(value, this.#take(sizeOf(value)));
      for (const value of values) if (last.get(value) === i && !kept.has(value)) this.#giveBack(value);
    }
  }

  /** The smallest gap that is large enough, or the end of the memory. */
  #take(bytes: number): number {
    const gap = this.#gaps
      .filter(({ from, to }) => to - from >= bytes)
      .reduce<Gap | undefined>(
        (best, one) => (best && best.to - best.from <= one.to - one.from ? best : one),
        undefined,
      );
    if (gap) {
      this.#gaps = this.#gaps.flatMap((one) => (one === gap ? rest(gap, bytes) : [one]));
      return gap.from;
    }
    const start = this.#end;
    this.#end += bytes;
    return start;
  }

  #giveBack(value: Value): void {
    const from = this.at(value);
    const merged: Gap[] = [];
    for (const gap of [...this.#gaps, { from, to: from + sizeOf(value) }].toSorted((a, b) => a.from - b.from)) {
      const before = merged.at(-1);
      if (before?.to === gap.from) merged[merged.length - 1] = { from: before.from, to: gap.to };
      else merged.push(gap);
    }
    this.#gaps = merged;
  }
}

const rest = ({ from, to }: Gap, bytes: number): Gap[] => (to - from > bytes ? [{ from: from + bytes, to }] : []);

const placesIn = (turns: readonly CallTurn[]): Place[] =>
  turns.flat(2).flatMap((call) => call.arguments.filter((argument): argument is Place => typeof argument !== 'number'));

const inMemory = (data: Constant['data']): Int32Array | Float32Array =>
  data instanceof Float32Array ? data : Int32Array.from(data as ArrayLike<number>, Number);
