// Splits and concatenations of many parts as trees: a program on a device takes few buffers.
import type { Graph, GraphNode, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * The most parts of one node. WebGPU guarantees 8 storage buffers to a program; one of them is the whole, and ONNX
 * Runtime fails at the first run if there are more than the device has.
 */
const MOST_PARTS = 7;

/** The graph with no Split or Concat of more than seven parts; each is a tree of such nodes. */
export function narrowNodes(graph: Graph): Graph {
  const builder = new GraphBuilder();
  const nodes = graph.nodes.flatMap((node) => {
    if (node.operator === 'Split' && node.outputs.length > MOST_PARTS) return split(builder, node);
    if (node.operator === 'Concat' && node.inputs.length > MOST_PARTS) return concat(node);
    return [node];
  });
  return { ...graph, nodes, constants: [...graph.constants, ...builder.graph([]).constants] };
}

const axisOf = ({ attributes }: GraphNode) => attributes.axis as number;

/** The parts together along an axis. */
function whole(parts: readonly Value[], axis: number): Value {
  const [{ shape, type }] = parts as [Value];
  return {
    shape: shape.with(
      axis,
      parts.reduce((sum, part) => sum + part.shape[axis]!, 0),
    ),
    type,
  };
}

/** Parts in groups of nearly equal size, no more groups than a node takes. */
function grouped(parts: readonly Value[]): readonly (readonly Value[])[] {
  const size = Math.max(MOST_PARTS ** (Math.ceil(Math.log(parts.length) / Math.log(MOST_PARTS) - 1e-9) - 1), 1);
  return Array.from({ length: Math.ceil(parts.length / size) }, (_, i) => parts.slice(i * size, (i + 1) * size));
}

/** From the whole to groups, then from each group on. */
function split(builder: GraphBuilder, node: GraphNode): readonly GraphNode[] {
  const axis = axisOf(node);
  const cut = (value: Value, parts: readonly Value[]): readonly GraphNode[] => {
    if (parts.length <= MOST_PARTS) return [pieces(value, parts)];
    const groups = grouped(parts);
    const joints = groups.map((group) => (group.length === 1 ? group[0]! : whole(group, axis)));
    const deeper = groups.flatMap((group, i) => (group.length === 1 ? [] : cut(joints[i]!, group)));
    return [pieces(value, joints), ...deeper];
  };
  const pieces = (value: Value, outputs: readonly Value[]): GraphNode => ({
    ...node,
    inputs: [value, builder.int64(outputs.map(({ shape }) => shape[axis]!))],
    outputs,
  });
  return cut(node.inputs[0]!, node.outputs);
}

/** From the parts to groups, then all groups together. */
function concat(node: GraphNode): readonly GraphNode[] {
  const axis = axisOf(node);
  const joined = (parts: readonly Value[], value: Value): readonly GraphNode[] => {
    if (parts.length <= MOST_PARTS) return [{ ...node, inputs: parts, outputs: [value] }];
    const groups = grouped(parts);
    const joints = groups.map((group) => (group.length === 1 ? group[0]! : whole(group, axis)));
    const before = groups.flatMap((group, i) => (group.length === 1 ? [] : joined(group, joints[i]!)));
    return [...before, { ...node, inputs: joints, outputs: [value] }];
  };
  return joined(node.inputs, node.outputs[0]!);
}
