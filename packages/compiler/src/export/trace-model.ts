// The graph of an exported function, for fixed shapes or for any batch size.
import type { NamedVariables } from '@flowvae/tensor';
import type { Graph, Named, Value } from '../graph/graph.ts';
import type { Dimension } from '../graph/onnx-model.ts';
import { shareCommonSubexpressions } from '../passes/common-subexpressions.ts';
import { foldConstants } from '../passes/constants.ts';
import { removeDeadNodes } from '../passes/dead-nodes.ts';
import { optimise } from '../passes/optimise.ts';
import { type Traceable, trace } from '../tracing/trace.ts';
import { TraceError } from '../tracing/trace-error.ts';
import { mergeTraces } from './merge.ts';
import { multipleOfBatch, type Sizes } from './scaling.ts';
import { type DynamicAxis, dynamicAxis, type ExportShapes, shapesAt } from './shapes.ts';

/** An exported function and the variables that it reads. */
export interface Exported {
  readonly fn: Traceable;
  readonly variables: NamedVariables;
}

/** A graph, and the axes of its inputs and outputs. */
interface TracedModel {
  readonly graph: Graph;
  readonly dimensions: (port: Named) => readonly Dimension[];
}

/**
 * Traces a function once or, if an axis has a name, at two sizes of this axis. @throws TraceError if it cannot be
 * traced for any size
 */
export function traceModel(exported: Exported, shapes: ExportShapes): TracedModel {
  const dynamic = dynamicAxis(shapes, exported.variables);
  return dynamic ? traceAnySize(exported, shapes, dynamic) : traceFixed(exported, shapes);
}

const traceFixed = ({ fn, variables }: Exported, shapes: ExportShapes): TracedModel => ({
  graph: optimise(trace(fn, shapesAt(shapes, 0), { variables })),
  dimensions: ({ value }) => value.shape,
});

function traceAnySize(exported: Exported, shapes: ExportShapes, dynamic: DynamicAxis): TracedModel {
  const { sizes, input, axis } = dynamic;
  const [a, b] = [traceAt(exported, shapes, dynamic, sizes[0]), traceAt(exported, shapes, dynamic, sizes[1])];
  const source = a.inputs.find(({ name }) => name === input)!.value;
  const merged = mergeTraces([a, b], sizes, { input: source, axis });
  const graph = removeDeadNodes(shareCommonSubexpressions(foldConstants(merged)));
  const ports = (traced: Graph) => [...traced.inputs, ...traced.outputs];
  const others = ports(b);
  // By position: a value that replaces a constant has the first trace's shape too.
  const symbolic = ports(graph).map(({ name, value }, i) => [name, symbols(value, others[i]!.value, dynamic)] as const);
  const known = new Map<string, readonly Dimension[]>(symbolic); // no output is named like an input
  return { graph, dimensions: ({ name }) => known.get(name)! };
}

const symbols = (a: Value, b: Value, { name, sizes }: DynamicAxis): Dimension[] =>
  a.shape.map((size, i) => (size === b.shape[i] ? size : symbol(size, b.shape[i]!, name, sizes)));

/**
 * The name of an axis that scales, such as `batch` or `10*batch`; undefined for one that depends on the batch in
 * another way.
 */
function symbol(a: number, b: number, name: string, sizes: Sizes): Dimension {
  const multiple = multipleOfBatch(a, b, sizes);
  return multiple === undefined ? undefined : multiple === 1 ? name : `${multiple}*${name}`;
}

function traceAt({ fn, variables }: Exported, shapes: ExportShapes, { name }: DynamicAxis, size: number): Graph {
  try {
    // Keeps constants as traced: a folded 0.3·(1/B) no longer shows that it scales with B.
    return optimise(trace(fn, shapesAt(shapes, size), { variables }), ['constants']);
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw new TraceError({
      where: `toOnnx: axis '${name}'`,
      expected: 'a function that takes any size of it',
      received: `at size ${size}: ${error instanceof Error ? error.message : error}`,
      remedy: 'export with a number as the size of this axis, or remove the operation that fixes the size',
    });
  }
}
