// The parts in which two graphs must agree to share a session: operators, attributes, types, shapes and embedded
// constants; no names.
import type { Graph, Value } from '../graph/graph.ts';

/** Two graphs have equal keys exactly if one session serves both, with its inputs given in order. */
export function structureKey(graph: Graph): string {
  const numbers = new Map<Value, number>();
  const define = (value: Value) => numbers.set(value, numbers.size);
  const lines: string[] = [];
  for (const { value } of graph.inputs) {
    define(value);
    lines.push(`${value.type}[${value.shape}]`);
  }
  for (const { value, data } of graph.constants) {
    define(value);
    lines.push(`${value.type}[${value.shape}]{${Array.from(data, exact)}}`);
  }
  for (const { domain, operator, inputs, outputs, attributes } of graph.nodes) {
    const operands = inputs.map((value) => numbers.get(value));
    for (const value of outputs) define(value);
    const results = outputs.map(({ type, shape }) => `${type}[${shape}]`).join();
    lines.push(`${domain}${operator}(${operands})${results}${JSON.stringify(attributes, nonFinite)}`);
  }
  lines.push(graph.outputs.map(({ value }) => numbers.get(value)).join());
  return lines.join('\n');
}

/** `String` writes −0 like 0. */
const exact = (element: number | bigint) => (Object.is(element, -0) ? '-0' : String(element));

/** JSON has no infinities. */
const nonFinite = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
