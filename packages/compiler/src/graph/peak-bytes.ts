// The memory that a graph's values take during a run, computed from the shapes before any run.
import { elementCount } from '@flowvae/tensor';
import { type Graph, producersOf, unshaped, type Value, type ValueType } from './graph.ts';

/** Bytes of an element. */
export const bytesOfType: Readonly<Record<ValueType, number>> = { float32: 4, int32: 4, bool: 1, int64: 8 };

/**
 * The most bytes that the values of a graph take at once, if the nodes run one after the other and each value is freed
 * after its last use; without inputs, variables and constants. A reshape shares the memory of its operand. ONNX Runtime
 * may take less, because it writes some results over operands, or up to twice as much, because its allocator grows in
 * powers of two.
 */
export function peakBytes(graph: Graph): number {
  const producers = producersOf(graph);
  const rootOf = (value: Value) => unshaped(value, producers);
  const lastUse = new Map<Value, number>();
  for (const [at, { inputs }] of graph.nodes.entries()) for (const value of inputs) lastUse.set(rootOf(value), at);
  for (const { value } of graph.outputs) lastUse.set(rootOf(value), graph.nodes.length);
  const bytesOf = ({ shape, type }: Value) => bytesOfType[type] * elementCount(shape);
  let live = 0;
  let most = 0;
  for (const [at, { operator, inputs, outputs }] of graph.nodes.entries()) {
    if (operator !== 'Reshape') for (const value of outputs) live += bytesOf(value);
    most = Math.max(most, live);
    const dead = new Set([...inputs.map(rootOf), ...outputs].filter((value) => (lastUse.get(value) ?? at) === at));
    for (const value of dead) if (isMade(value)) live -= bytesOf(value);
  }
  return most;

  /** Whether a node of the graph made the value, and the value has its own memory. */
  function isMade(value: Value): boolean {
    const producer = producers.get(value);
    return producer !== undefined && producer.operator !== 'Reshape';
  }
}
