// A traced function as a file that any ONNX runtime takes.
import { createRequire } from 'node:module';
import { ExpectationError, elementCount, type NamedVariables } from '@flowvae/tensor';
import { arrayTypes, type OutputArray } from '../executable.ts';
import type { Constant, Graph, Named, Value } from '../graph.ts';
import { type Dimension, encodeModel } from '../onnx-model.ts';
import { shareCommonSubexpressions } from '../passes/common-subexpressions.ts';
import { foldConstants } from '../passes/constants.ts';
import { removeDeadNodes } from '../passes/dead-nodes.ts';
import { optimise } from '../passes/optimise.ts';
import { type Traceable, trace } from '../trace.ts';
import { TraceError } from '../trace-error.ts';
import { mergeTraces } from './merge.ts';
import { portable } from './portable.ts';
import { multipleOfBatch, type Sizes } from './scaling.ts';
import { type DynamicAxis, dynamicAxis, type ExportShapes, shapesAt } from './shapes.ts';

/** What the file says about itself. */
export interface OnnxMetadata {
  /** What made the model. Default `'flowvae'` with this package's version. */
  readonly producer?: string;
  readonly producerVersion?: string;
  /** The model's doc string. */
  readonly description?: string;
  /** `metadata_props`: texts by key. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** Numbers by name, in an array of their variable's type. */
type Values = Readonly<Record<string, OutputArray>>;

/** Options of `toOnnx`. */
export interface OnnxOptions {
  /** Numbers of variables by name, in place of those that the variables hold now. */
  readonly values?: Values;
  readonly metadata?: OnnxMetadata;
}

/** What is exported: a function and the variables that it reads. */
export interface Exported {
  readonly fn: Traceable;
  readonly variables: NamedVariables;
}

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/**
 * Writes a function as a self-contained ONNX model: inputs and outputs under the user's names, variables that it reads as initializers, standard
 * operators only. An axis that `shapes` calls by a name takes any size at run time: the function is traced at two sizes, and what scales with them is
 * computed from an input's shape (list elements k·B of shape arguments; repeated numbers k·B, n/B and 1/(m·B), k, n and m whole; repeated
 * numbers of such a shape).
 *
 * @returns the bytes of the file
 * @throws TraceError where the function cannot be traced, or differs between two batch sizes in another way, naming the node
 * @throws ExpectationError for a function without outputs, an output named like an input, or values that do not fit their variable
 */
export async function toOnnx(
  exported: Exported,
  shapes: ExportShapes,
  { values = {}, metadata = {} }: OnnxOptions = {},
): Promise<Uint8Array> {
  const dynamic = dynamicAxis(shapes, exported.variables);
  const { graph, dimensions } = dynamic ? traceAnySize(exported, shapes, dynamic) : traceFixed(exported, shapes);
  refuseNoOutputs(graph);
  refuseSharedNames(graph);
  const initializers = await variableConstants(usedVariables(graph), exported.variables, values);
  const { producer = 'flowvae', producerVersion = version, description = '', properties = {} } = metadata;
  return encodeModel(
    { ...portable(graph), variables: [], constants: [...graph.constants, ...initializers] },
    {
      outputName: (name) => name,
      constantNames: initializerNames(graph),
      dimensions,
      header: {
        producerName: producer,
        producerVersion,
        docString: description,
        metadataProps: Object.entries(properties).map(([key, value]) => ({ key, value })),
      },
    },
  );
}

interface TracedModel {
  readonly graph: Graph;
  readonly dimensions: (value: Value) => readonly Dimension[];
}

const traceFixed = ({ fn, variables }: Exported, shapes: ExportShapes): TracedModel => ({
  graph: optimise(trace(fn, shapesAt(shapes, 0), variables)),
  dimensions: ({ shape }) => shape,
});

function traceAnySize(exported: Exported, shapes: ExportShapes, dynamic: DynamicAxis): TracedModel {
  const { sizes, input, axis } = dynamic;
  const [a, b] = [traceAt(exported, shapes, dynamic, sizes[0]), traceAt(exported, shapes, dynamic, sizes[1])];
  const source = a.inputs.find(({ name }) => name === input)!.value;
  const merged = mergeTraces([a, b], sizes, { input: source, axis });
  const graph = removeDeadNodes(shareCommonSubexpressions(foldConstants(merged)));
  const signature = (traced: Graph) => [...traced.inputs, ...traced.outputs].map(({ value }) => value);
  const others = signature(b);
  // By position: a value that a computed constant took the place of has the first trace's shape too.
  const symbolic = signature(graph).map((value, i) => [value, symbols(value, others[i]!, dynamic)] as const);
  const known = new Map<Value, readonly Dimension[]>(symbolic);
  return { graph, dimensions: (value) => known.get(value)! };
}

const symbols = (a: Value, b: Value, { name, sizes }: DynamicAxis): Dimension[] =>
  a.shape.map((size, i) => (size === b.shape[i] ? size : symbol(size, b.shape[i]!, name, sizes)));

/** The name of an axis that scales, such as `batch` or `10*batch`; one that depends on the batch in another way goes without. */
function symbol(a: number, b: number, name: string, sizes: Sizes): Dimension {
  const multiple = multipleOfBatch(a, b, sizes);
  return multiple === undefined ? undefined : multiple === 1 ? name : `${multiple}*${name}`;
}

function traceAt({ fn, variables }: Exported, shapes: ExportShapes, { name }: DynamicAxis, size: number): Graph {
  try {
    // Numbers stay as they were traced: a folded 0.3·(1/B) no longer shows that it scales with B.
    return optimise(trace(fn, shapesAt(shapes, size), variables), ['constants']);
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw new TraceError({
      where: `toOnnx: axis '${name}'`,
      expected: 'a function that takes any size of it',
      received: `at size ${size}: ${error instanceof Error ? error.message : error}`,
      remedy: 'export with a number as the size of this axis, or remove what fixes the size',
    });
  }
}

function refuseNoOutputs({ outputs }: Graph): void {
  if (outputs.length > 0) return;
  throw new ExpectationError({ where: 'toOnnx', expected: 'a function of at least one output', received: 'none' });
}

function refuseSharedNames({ inputs, outputs }: Graph): void {
  const shared = outputs.find((output) => inputs.some((input) => input.name === output.name));
  if (!shared) return;
  throw new ExpectationError({
    where: 'toOnnx',
    expected: 'inputs and outputs under different names',
    received: `both named '${shared.name}'`,
    remedy: 'return the output under another name',
  });
}

/** The variables that the graph reads: a file holds no others. */
function usedVariables({ variables, nodes, outputs }: Graph): readonly Named[] {
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)]);
  return variables.filter(({ value }) => read.has(value));
}

/** Variables as constants, holding the given numbers or their own. */
function variableConstants(lifted: readonly Named[], variables: NamedVariables, values: Values): Promise<Constant[]> {
  const stray = Object.keys(values).find((name) => !Object.hasOwn(variables, name));
  if (stray !== undefined) {
    const expected = 'values of variables';
    throw new ExpectationError({ where: 'toOnnx', expected, received: `'${stray}', which is none` });
  }
  const constants = lifted.map(async ({ name, value }) => {
    const data = values[name] ?? ((await variables[name]!.data()) as OutputArray);
    const size = elementCount(value.shape);
    if (data.length === size && data instanceof arrayTypes[value.type]) return { value, data };
    const expected = `${size} ${value.type} values of shape [${value.shape.join(', ')}]`;
    const received = `${data.length} in a ${data.constructor.name}`;
    throw new ExpectationError({ where: `toOnnx: '${name}'`, expected, received });
  });
  return Promise.all(constants);
}

/** Variables keep their names; where an output has one too, as gradients do, the output keeps it. */
function initializerNames({ variables, outputs }: Graph): Map<Value, string> {
  const taken = new Set(outputs.map(({ name }) => name));
  return new Map(variables.map(({ name, value }) => [value, taken.has(name) ? `variable:${name}` : name]));
}
