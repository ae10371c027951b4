// The dependence of a graph's values on the rows of a batch, and the questions that rules ask.
import { elementCount } from '@flowvae/tensor';
import { type ConstantData, type Graph, type GraphNode, producersOf, type Value } from '../graph/graph.ts';
import { isElementwise } from './elementwise-operators.ts';
import type { RowCount } from './row-counts.ts';
import { aligned, axisOf, layoutOf, type RowAxis, type RowLayout } from './row-layout.ts';

/**
 * - `fixed`: on no row of the batch
 * - `count`: on the number of rows alone, a constant
 * - `rows`: each part on its own row
 * - `sum` and `mean`: linear in the sum or in the mean over rows of a function of each row
 * - `mixed`: anything else
 */
export type Dependence =
  | { readonly kind: 'fixed' }
  | { readonly kind: 'count'; readonly count: RowCount }
  | { readonly kind: 'rows'; readonly layout: RowLayout }
  | { readonly kind: 'sum' }
  | { readonly kind: 'mean' }
  | { readonly kind: 'mixed' };

export const fixed: Dependence = { kind: 'fixed' };
export const mixed: Dependence = { kind: 'mixed' };
export const rowsAt = (layout: RowLayout): Dependence => ({ kind: 'rows', layout });

/** The dependences found so far, while a graph's nodes are visited. */
export class Dependences {
  readonly batch: number;
  readonly #known = new Map<Value, Dependence>();
  readonly #constants: ReadonlyMap<Value, ConstantData>;
  readonly #producers: ReadonlyMap<Value, GraphNode>;
  readonly #uniform = new Map<Value, Map<string, boolean>>();

  /** @param batchInputs inputs whose first axis is the batch, of a prime number of rows */
  constructor(graph: Graph, batchInputs: readonly string[], batch: number) {
    this.batch = batch;
    this.#constants = new Map(graph.constants.map(({ value, data }) => [value, data]));
    this.#producers = producersOf(graph);
    for (const { name, value } of graph.inputs) {
      if (batchInputs.includes(name)) this.set(value, rowsAt({ outer: 1, inner: elementCount(value.shape) / batch }));
    }
  }

  of(value: Value): Dependence {
    return this.#known.get(value) ?? fixed;
  }

  set(value: Value, dependence: Dependence): void {
    this.#known.set(value, dependence);
  }

  /** The axis with the rows; undefined if there is none. */
  axisOf(value: Value): RowAxis | undefined {
    const dependence = this.of(value);
    return dependence.kind === 'rows' ? axisOf(dependence.layout, value.shape, this.batch) : undefined;
  }

  /** The numbers of a constant. */
  numbers(value: Value | undefined): number[] | undefined {
    const data = value && this.#constants.get(value);
    return data && Array.from(data as ArrayLike<number | bigint>, Number);
  }

  /** Whether a value that depends on no row is equal for all rows, if a layout deals its parts out to rows. */
  isUniform(value: Value, layout: RowLayout): boolean {
    const data = this.#constants.get(value);
    if (data) return isPeriodic(data, layout, this.batch);
    const known = this.#uniform.get(value) ?? new Map<string, boolean>();
    this.#uniform.set(value, known);
    const key = `${layout.outer} ${layout.inner}`;
    const answer = known.get(key) ?? this.#isMadeUniform(value, layout);
    known.set(key, answer);
    return answer;
  }

  #isMadeUniform(value: Value, layout: RowLayout): boolean {
    const node = this.#producers.get(value);
    const place = axisOf(layout, value.shape, this.batch);
    if (!node) return false;
    if (node.operator === 'Reshape') return this.isUniform(node.inputs[0]!, layout);
    if (!place) return false;
    if (node.operator === 'Expand' || node.operator === 'Tile') return this.isUniformAt(node.inputs[0]!, place, value);
    return isElementwise(node.operator) && node.inputs.every((input) => this.isUniformAt(input, place, value));
  }

  /**
   * The same for an operand of a result with rows at a place: usually the operand is broadcast, so all rows share it.
   */
  isUniformAt(operand: Value, place: RowAxis, result: Value): boolean {
    const here = aligned(place, result.shape.length, operand.shape.length);
    const size = operand.shape[here.axis] ?? 1;
    if (place.after % size === 0) return true; // broadcasting repeats the operand along the axis
    return size === result.shape[place.axis] && this.isUniform(operand, layoutOf(here, operand.shape));
  }
}

/** Whether parts that are dealt out to rows are equal, bit for bit. */
function isPeriodic(data: ConstantData, { outer, inner }: RowLayout, batch: number): boolean {
  const at = (o: number, b: number, i: number) => data[(o * batch + b) * inner + i];
  for (let o = 0; o < outer; o++)
    for (let b = 1; b < batch; b++)
      for (let i = 0; i < inner; i++) if (!Object.is(at(o, b, i), at(o, 0, i))) return false;
  return true;
}
