// Cuts a graph at kernels of our own: the nodes that ONNX Runtime computes in one run become one stage, each such
// kernel another.
import { type Graph, type GraphNode, type Named, producersOf, unshaped, type Value } from '../graph/graph.ts';
import { removeDeadNodes } from '../passes/dead-nodes.ts';

/**
 * Nodes that ONNX Runtime runs in one go. The stage's inputs and outputs are the whole graph's, by their names, and
 * crossing values.
 */
export interface SessionStage {
  readonly graph: Graph;
  /** Inputs and outputs of the stage that cross. */
  readonly entering: readonly Named[];
  readonly leaving: readonly Named[];
}

/** One node that a kernel of our own computes. */
export interface KernelStage {
  readonly node: GraphNode;
}

/** A graph as stages in the order in which they run. */
export interface StagedGraph {
  readonly stages: readonly (SessionStage | KernelStage)[];
  /**
   * Values that go from one stage to another, inputs of the graph that kernels read, and outputs that kernels compute.
   */
  readonly crossing: readonly Value[];
}

/** Whether a node is a kernel of our own. */
const isOwn = ({ domain }: GraphNode): boolean => domain === 'flowvae';

/** Names of crossing values in sessions; they differ from the names of the graph's inputs, variables and outputs. */
function crossingNames(crossing: readonly Value[], { inputs, variables, outputs }: Graph): ReadonlyMap<Value, string> {
  const taken = [...inputs, ...variables, ...outputs].map(({ name }) => name);
  let prefix = 'crossing:';
  while (taken.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`;
  return new Map(crossing.map((value, i) => [value, `${prefix}${i}`]));
}

/**
 * Cuts a graph. A graph without kernels of ours is one stage, unchanged. A graph without outputs has no
 * stage, because ONNX Runtime refuses it.
 */
export function cutAtKernels(whole: Graph): StagedGraph {
  if (whole.outputs.length === 0) return { stages: [], crossing: [] };
  if (!whole.nodes.some(isOwn)) return { stages: [{ graph: whole, entering: [], leaving: [] }], crossing: [] };
  const graph = withoutReshapes(whole);
  const levels = levelsOf(graph);
  const crossing = [...crossingValues(graph, levels)];
  const names = crossingNames(crossing, graph);
  const last = Math.max(...levels.values());
  const stages = Array.from({ length: last + 1 }, (_, level) => {
    const here = graph.nodes.filter((node) => levels.get(node) === level);
    const session = sessionStage(
      graph,
      here.filter((node) => !isOwn(node)),
      names,
    );
    return [...(session ? [session] : []), ...here.filter(isOwn).map((node) => ({ node }))];
  });
  return { stages: stages.flat(), crossing };
}

/** Kernels of ours read a tensor's memory without its shape; their attributes give the sizes. */
function withoutReshapes(graph: Graph): Graph {
  const producers = producersOf(graph);
  const direct = (node: GraphNode) => ({ ...node, inputs: node.inputs.map((value) => unshaped(value, producers)) });
  return removeDeadNodes({ ...graph, nodes: graph.nodes.map((node) => (isOwn(node) ? direct(node) : node)) });
}

/** The number of our kernels that a node waits for; kernels of one level run after the session of that level. */
function levelsOf({ nodes }: Graph): ReadonlyMap<GraphNode, number> {
  const levels = new Map<GraphNode, number>();
  const known = new Map<Value, number>();
  for (const node of nodes) {
    const level = Math.max(0, ...node.inputs.map((value) => known.get(value) ?? 0));
    levels.set(node, level);
    for (const value of node.outputs) known.set(value, isOwn(node) ? level + 1 : level);
  }
  return levels;
}

/**
 * Values that more than one stage knows, all values that kernels of ours read or write, and results without a computing
 * node.
 */
function crossingValues(graph: Graph, levels: ReadonlyMap<GraphNode, number>): Set<Value> {
  const { nodes, outputs } = graph;
  const producers = producersOf(graph);
  const crossing = new Set<Value>();
  for (const node of nodes) {
    for (const value of node.inputs) {
      const producer = producers.get(value);
      const isElsewhere = producer !== undefined && levels.get(producer) !== levels.get(node);
      if (isOwn(node) || isElsewhere) crossing.add(value);
    }
    if (isOwn(node)) for (const value of node.outputs) crossing.add(value);
  }
  for (const { value } of outputs) if (!producers.has(value)) crossing.add(value);
  return crossing;
}

/** The nodes of a stage as their own graph; undefined if there are none. */
function sessionStage(
  graph: Graph,
  nodes: readonly GraphNode[],
  names: ReadonlyMap<Value, string>,
): SessionStage | undefined {
  if (nodes.length === 0) return undefined;
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const used = new Set(nodes.flatMap(({ inputs }) => inputs).filter((value) => !made.has(value)));
  const isUsed = ({ value }: { readonly value: Value }) => used.has(value);
  const given = new Set([...graph.inputs, ...graph.variables, ...graph.constants].map(({ value }) => value));
  const crossing = [...names].map(([value, name]): Named => ({ name, value }));
  const entering = crossing.filter(({ value }) => used.has(value) && !given.has(value));
  const leaving = crossing.filter(({ value }) => made.has(value));
  const results = graph.outputs.filter(({ value }) => made.has(value) && !names.has(value));
  return {
    graph: {
      inputs: [...graph.inputs.filter(isUsed), ...entering],
      variables: graph.variables.filter(isUsed),
      constants: graph.constants.filter(isUsed),
      nodes,
      outputs: [...leaving, ...results],
    },
    entering,
    leaving,
  };
}
