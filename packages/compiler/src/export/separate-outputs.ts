// Outputs out of the reach of ONNX Runtime's fusions of transposes and products, which a file cannot switch off.
import { type Constant, type Graph, type GraphNode, producersOf, type Value } from '../graph/graph.ts';

/** The operators that those fusions remove from a graph. */
const FUSED: ReadonlySet<string> = new Set(['Transpose', 'Cast']);

/**
 * Copies an output of a Transpose or Cast that another node reads too.
 *
 * ONNX Runtime 1.30 fuses the node into the product that reads it and forgets that its result is an output; such a file
 * fails to load, or ends the process. A copy is one more reader, and a node with a second reader stays. The copy is a
 * Reshape to the same shape (0 keeps an axis). An Identity would not help: a rule removes it before the fusion counts
 * readers.
 */
export function separateOutputs(graph: Graph): Graph {
  const producers = producersOf(graph);
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const copies: GraphNode[] = [];
  const shapes: Constant[] = [];
  const outputs = graph.outputs.map(({ name, value }) => {
    const producer = producers.get(value);
    if (!producer || !FUSED.has(producer.operator) || !read.has(value)) return { name, value };
    const [copy, shape]: [Value, Value] = [{ ...value }, { shape: [value.shape.length], type: 'int64' }];
    shapes.push({ value: shape, data: new BigInt64Array(value.shape.length) });
    const { origin } = producer;
    copies.push({ operator: 'Reshape', domain: '', inputs: [value, shape], outputs: [copy], attributes: {}, origin });
    return { name, value: copy };
  });
  return { ...graph, constants: [...graph.constants, ...shapes], nodes: [...graph.nodes, ...copies], outputs };
}
