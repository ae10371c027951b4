// Writes a traced function to a file that any ONNX runtime reads.

import { ExpectationError, elementCount, type NamedVariables } from '@flowvae/tensor';
import { version } from '#version';
import { embedVariables, readVariables } from '../graph/embed-variables.ts';
import type { Graph, Named, Value } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx-model.ts';
import { arrayTypes, type OutputArray } from '../sessions/executable.ts';
import { portable } from './portable.ts';
import type { ExportShapes } from './shapes.ts';
import { type Exported, traceModel } from './trace-model.ts';

/** The file's metadata. */
export interface OnnxMetadata {
  /** The program that made the model. Default `'flowvae'` with this package's version. */
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
  /** Values of variables by name, instead of the variables' current values. */
  readonly values?: Values;
  readonly metadata?: OnnxMetadata;
}

/**
 * Writes a function as a self-contained ONNX model: inputs and outputs have the user's names, variables become
 * initializers, all operators are standard ones. A named axis in `shapes` takes any size at run time: the function is
 * traced at two sizes, and numbers that scale with the size are computed from an input's shape (list elements k·B of
 * shape arguments; repeated numbers k·B, n/B and 1/(m·B), with whole k, n and m; repeated numbers of such a shape).
 *
 * @returns the bytes of the file
 * @throws TraceError that names the node, if the function cannot be traced or differs between two batch sizes in
 * another way
 * @throws ExpectationError for a function without outputs, an output with an input's name, or values that do not fit
 * their variable
 */
export async function toOnnx(
  exported: Exported,
  shapes: ExportShapes,
  { values = {}, metadata = {} }: OnnxOptions = {},
): Promise<Uint8Array> {
  const { graph, dimensions } = traceModel(exported, shapes);
  refuseNoOutputs(graph);
  refuseSharedNames(graph);
  const numbers = await numbersOf(readVariables(graph), exported.variables, values); // a file holds only these
  const { producer = 'flowvae', producerVersion = version, description = '', properties = {} } = metadata;
  return encodeModel(portable(embedVariables(graph, numbers)), {
    outputName: (name) => name,
    constantNames: initializerNames(graph),
    dimensions,
    header: {
      producerName: producer,
      producerVersion,
      docString: description,
      metadataProps: Object.entries(properties).map(([key, value]) => ({ key, value })),
    },
  });
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

/** The given numbers of variables, or their own. */
async function numbersOf(lifted: readonly Named[], variables: NamedVariables, values: Values): Promise<Values> {
  const stray = Object.keys(values).find((name) => !Object.hasOwn(variables, name));
  if (stray !== undefined) {
    const expected = 'values of variables';
    throw new ExpectationError({ where: 'toOnnx', expected, received: `'${stray}', which is none` });
  }
  const numbers = lifted.map(async ({ name, value }) => {
    const data = values[name] ?? ((await variables[name]!.data()) as OutputArray);
    const size = elementCount(value.shape);
    if (data.length === size && data instanceof arrayTypes[value.type]) return [name, data] as const;
    const expected = `${size} ${value.type} values of shape [${value.shape.join(', ')}]`;
    const received = `${data.length} in a ${data.constructor.name}`;
    throw new ExpectationError({ where: `toOnnx: '${name}'`, expected, received });
  });
  return Object.fromEntries(await Promise.all(numbers));
}

/** Variables keep their names; but if an output has the same name, as gradients do, the output keeps it. */
function initializerNames({ variables, outputs }: Graph): Map<Value, string> {
  const taken = new Set(outputs.map(({ name }) => name));
  return new Map(variables.map(({ name, value }) => [value, taken.has(name) ? `variable:${name}` : name]));
}
