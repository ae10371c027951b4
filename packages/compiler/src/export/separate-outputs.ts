// Outputs out of the reach of ONNX Runtime's fusions of transposes and products, which a file cannot switch off.
import { type Graph, type GraphNode, producersOf, type Value } from '../graph.ts';

/** What those fusions take out of a graph. */
const FUSED: ReadonlySet<string> = new Set(['Transpose', 'Cast', 'Gemm', 'MatMul']);

/**
 * Copies an output that a Transpose, Cast or product makes and another node reads.
 *
 * ONNX Runtime 1.30 fuses the node into its reader and forgets that the graph hands the result out; loading such a file fails, or ends the process.
 * A copy is one more reader, and a node with two readers is not taken out.
 */
export function separateOutputs(graph: Graph): Graph {
  const producers = producersOf(graph);
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const copies: GraphNode[] = [];
  const outputs = graph.outputs.map(({ name, value }) => {
    const producer = producers.get(value);
    if (!producer || !FUSED.has(producer.operator) || !read.has(value)) return { name, value };
    const copy: Value = { ...value };
    copies.push({
      operator: 'Identity',
      domain: '',
      inputs: [value],
      outputs: [copy],
      attributes: {},
      origin: producer.origin,
    });
    return { name, value: copy };
  });
  return { ...graph, nodes: [...graph.nodes, ...copies], outputs };
}
