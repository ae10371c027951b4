// Outputs out of the reach of ONNX Runtime's fusions of transposes and products, which a file cannot switch off.
import { type Constant, type Graph, type GraphNode, producersOf, type Value } from '../graph/graph.ts';

/** What those fusions take out of a graph. */
const FUSED: ReadonlySet<string> = new Set(['Transpose', 'Cast']);

/**
 * Copies an output that a Transpose or Cast makes and another node reads.
 *
 * ONNX Runtime 1.30 fuses the node into the product that reads it and forgets that the graph hands the result out;
 * loading such a file fails, or ends the process. A copy is one more reader, and a node with another reader stays. The
 * copy is a Reshape to the same shape (0 keeps an axis): an Identity would be taken out too, by a rule that counts
 * readers before the fusion has told of its own.
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
