// The graph as text: for snapshots, reviews and bug reports.
import type { Attribute, Constant, Graph, Value } from './graph.ts';

const SHOWN_ELEMENTS = 6;
const shorthand = { float32: 'f32', int32: 'i32', bool: 'bool', int64: 'i64' } as const;

/**
 * Prints a graph, one node a line: `%7: f32[100, 40] = Tanh(%6)  // Tanh`. Inputs and variables go by their names,
 * small constants by their values.
 */
export function printGraph(graph: Graph): string {
  const names = nameValues(graph);
  const signature = [...graph.inputs, ...graph.variables].map(({ name, value }) => `  ${name}: ${typeOf(value)}`);
  const nodes = graph.nodes.map((node) => {
    const results = node.outputs.map((value) => `${names.get(value)}: ${typeOf(value)}`).join(', ');
    const attributes = Object.entries(node.attributes).map(([key, value]) => `${key}=${formatAttribute(value)}`);
    const given = [...node.inputs.map((value) => names.get(value)), ...attributes].join(', ');
    return `  ${results} = ${node.operator}(${given})  // ${node.origin}`;
  });
  const outputs = graph.outputs.map(({ name, value }) => `  ${name} = ${names.get(value)}`);
  return ['inputs', ...signature, 'nodes', ...nodes, 'outputs', ...outputs].join('\n');
}

/** Every value's printed name. */
function nameValues(graph: Graph): ReadonlyMap<Value, string> {
  const names = new Map<Value, string>();
  for (const { name, value } of [...graph.inputs, ...graph.variables]) names.set(value, name);
  for (const constant of graph.constants) names.set(constant.value, formatConstant(constant));
  let next = 0;
  for (const node of graph.nodes) for (const value of node.outputs) names.set(value, `%${next++}`);
  return names;
}

const typeOf = ({ shape, type }: Value) => `${shorthand[type]}[${shape.join(', ')}]`;

function formatAttribute(attribute: Attribute): string {
  if (typeof attribute === 'number' || typeof attribute === 'string') return String(attribute);
  return 'float' in attribute ? String(attribute.float) : `[${attribute.join(', ')}]`;
}

function formatConstant({ value, data }: Constant): string {
  const shown = Array.from(data.subarray(0, SHOWN_ELEMENTS), String).join(' ');
  if (value.shape.length === 0) return shown;
  return `${typeOf(value)}{${shown}${data.length > SHOWN_ELEMENTS ? ' …' : ''}}`;
}
