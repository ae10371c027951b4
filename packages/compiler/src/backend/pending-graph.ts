// The recorded part that has not run yet: each value knows the node that makes it, back to values with known elements.

import type { Constant, ConstantData, Graph, GraphNode, Named, Value, ValueType } from '../graph/graph.ts';
import type { OutputArray } from '../sessions/executable.ts';

/**
 * Constants up to this many elements are embedded; larger ones are fed, so that they stay out of the session and its
 * key.
 */
const EMBEDDED_ELEMENTS = 64;

/** A graph that can run now: its inputs' elements in the order of its inputs. */
export interface Cut {
  readonly graph: Graph;
  readonly arrays: readonly OutputArray[];
}

export class PendingGraph {
  readonly #producers = new WeakMap<Value, GraphNode>();
  readonly #constants = new WeakMap<Value, ConstantData>();
  readonly #arrays = new WeakMap<Value, OutputArray>();

  /** A value whose elements are known. */
  leaf(array: OutputArray, shape: readonly number[], type: ValueType): Value {
    const value = { shape, type };
    this.#arrays.set(value, array);
    return value;
  }

  /** Takes over a builder's nodes and constants for one kernel. */
  add({ nodes, constants }: Graph): void {
    for (const node of nodes) for (const value of node.outputs) this.#producers.set(value, node);
    for (const { value, data } of constants) {
      if (data instanceof BigInt64Array || data.length <= EMBEDDED_ELEMENTS) this.#constants.set(value, data);
      else this.#arrays.set(value, data);
    }
  }

  /** The elements of a value, if they are known already. */
  elementsOf(value: Value): OutputArray | undefined {
    return this.#arrays.get(value) ?? (this.#constants.get(value) as OutputArray | undefined);
  }

  /** Everything that the given values still depend on, as a graph with them as outputs. */
  cut(outputs: readonly Value[]): Cut {
    const inputs: Named[] = [];
    const arrays: OutputArray[] = [];
    const constants: Constant[] = [];
    const met = new Set<Value>();
    /** Sorts a value in; returns its node if the value is still to be made. */
    const producerOf = (value: Value): GraphNode | undefined => {
      if (met.has(value)) return undefined;
      const [array, data] = [this.#arrays.get(value), this.#constants.get(value)];
      const node = this.#producers.get(value);
      if (!array && !data) return node;
      met.add(value);
      if (array) inputs.push({ name: `x${arrays.push(array) - 1}`, value });
      else constants.push({ value, data: data! });
      return undefined;
    };
    const nodes = inOrder(outputs, producerOf, met);
    const named = outputs.map((value, i) => ({ name: `y${i}`, value }));
    return { graph: { inputs, variables: [], constants, nodes, outputs: named }, arrays };
  }

  /** Stores the values' elements, and forgets their nodes. */
  settle(values: readonly Value[], arrays: readonly OutputArray[]): void {
    values.forEach((value, i) => {
      this.#arrays.set(value, arrays[i]!);
      this.#producers.delete(value);
    });
  }
}

/**
 * The nodes behind some values, each after the nodes that it depends on; a loop instead of recursion, because graphs
 * are deep.
 */
function inOrder(
  values: readonly Value[],
  producerOf: (value: Value) => GraphNode | undefined,
  met: Set<Value>,
): GraphNode[] {
  const nodes: GraphNode[] = [];
  const producers = (some: readonly Value[]) => some.map(producerOf).filter((node) => node !== undefined);
  const stack = producers(values).reverse();
  for (let node = stack.at(-1); node; node = stack.at(-1)) {
    if (node.outputs.every((value) => met.has(value))) {
      stack.pop();
      continue;
    }
    const before = producers(node.inputs);
    stack.push(...before.reverse());
    if (before.length > 0) continue;
    stack.pop();
    nodes.push(node);
    for (const value of node.outputs) met.add(value);
  }
  return nodes;
}
