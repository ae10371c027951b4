// Encodes a graph as an ONNX model (protobuf).

import { onnxTypes } from '../lowerings/lowering.ts';
import { STOP } from '../sessions/in-place.js';
import type { Attribute, Constant, Graph, GraphNode, Named, Value } from './graph.ts';
import { attributeTypes, encodeMessage, type Message } from './onnx-messages.ts';

/** IR version 8 and operator set 17, which ONNX Runtime 1.12 and later read. */
const IR_VERSION = 8;
const OPERATOR_SETS: Readonly<Partial<Record<GraphNode['domain'], number>>> = { '': 17, 'com.microsoft': 1 };

/**
 * An output's name in the model; inputs and variables keep their own names, and gradients often have the names of
 * variables.
 */
export const outputName = (name: string): string => `output:${name}`;

/** An axis of an input or output: a size, a name for any size, or unknown. */
export type Dimension = number | string | undefined;

/** Encoding and header of a model. The defaults are for a session in this process. */
export interface ModelOptions {
  /** Adds a first output that keeps ONNX Runtime from copying the others (in-place.js). */
  readonly inPlace?: boolean;
  /** Names of outputs in the model by the function's. Default {@link outputName}. */
  readonly outputName?: (name: string) => string;
  /** Names of the constants that have one. */
  readonly constantNames?: ReadonlyMap<Value, string>;
  /** Axes of inputs and outputs. Default: their traced sizes. */
  readonly dimensions?: (port: Named) => readonly Dimension[];
  /** The model's header. */
  readonly header?: Pick<Message<'ModelProto'>, 'producerName' | 'producerVersion' | 'docString' | 'metadataProps'>;
}

/** Encodes a graph whose inputs are the function's inputs followed by its variables. */
export function encodeModel(graph: Graph, options: ModelOptions = {}): Uint8Array {
  const { inPlace = false, outputName: named = outputName, constantNames, header } = options;
  const { dimensions = ({ value }) => value.shape } = options;
  const names = uniqueNames(graph, named, constantNames);
  const nameOf = (value: Value) => names.get(value)!;
  const node = [
    ...graph.nodes.map((entry, i) => encodeNode(entry, `${entry.origin} #${i}`, nameOf)),
    ...outputCopies(graph, named, nameOf),
  ];
  const output = graph.outputs.map((port) => encodeSignature({ ...port, name: named(port.name) }, dimensions(port)));
  const domains = new Set<GraphNode['domain']>(['', ...graph.nodes.map(({ domain }) => domain)]);
  return encodeMessage('ModelProto', {
    irVersion: IR_VERSION,
    producerName: 'flowvae',
    ...header,
    opsetImport: Array.from(domains, operatorSet),
    graph: {
      name: 'traced',
      node: inPlace ? [...node, { opType: 'SequenceEmpty', output: [STOP] }] : node,
      initializer: graph.constants.map((constant) => encodeConstant(constant, nameOf(constant.value))),
      input: [...graph.inputs, ...graph.variables].map((port) => encodeSignature(port, dimensions(port))),
      output: inPlace ? [emptySequence, ...output] : output,
    },
  });
}

/** @throws Error for kernels of our own, which have to be taken out before */
function operatorSet(domain: GraphNode['domain']) {
  const version = OPERATOR_SETS[domain];
  if (version === undefined) throw new Error(`compile: ONNX has no operators of '${domain}'`);
  return { domain, version };
}

/** A value that is an output has the output's name, so that it needs no copy. */
function uniqueNames(
  graph: Graph,
  outputName: (name: string) => string,
  constantNames: ReadonlyMap<Value, string> = new Map(),
): Map<Value, string> {
  const names = new Map<Value, string>();
  for (const { name, value } of [...graph.inputs, ...graph.variables]) names.set(value, name);
  graph.constants.forEach(({ value }, i) => {
    names.set(value, constantNames.get(value) ?? `constant:${i}`);
  });
  for (const { name, value } of graph.outputs) if (!names.has(value)) names.set(value, outputName(name));
  let next = 0;
  for (const value of graph.nodes.flatMap(({ outputs }) => outputs))
    if (!names.has(value)) names.set(value, `value:${next++}`);
  return names;
}

/** An output that is also an input, a constant, or another output needs a node of its own. */
function outputCopies(graph: Graph, outputName: (name: string) => string, nameOf: (value: Value) => string) {
  return graph.outputs
    .filter(({ name, value }) => nameOf(value) !== outputName(name))
    .map(({ name, value }) => ({ opType: 'Identity', input: [nameOf(value)], output: [outputName(name)] }));
}

/** Names a node after its tfjs operation, because ONNX Runtime's errors give the node's name. */
function encodeNode(
  { operator, domain, inputs, outputs, attributes }: GraphNode,
  name: string,
  nameOf: (value: Value) => string,
) {
  return {
    name,
    opType: operator,
    domain,
    input: inputs.map(nameOf),
    output: outputs.map(nameOf),
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...encodeAttribute(value) })),
  };
}

function encodeAttribute(attribute: Attribute) {
  if (typeof attribute === 'number') return { type: attributeTypes.INT, i: attribute };
  if (typeof attribute === 'string') return { type: attributeTypes.STRING, s: new TextEncoder().encode(attribute) };
  if ('float' in attribute) return { type: attributeTypes.FLOAT, f: attribute.float };
  return { type: attributeTypes.INTS, ints: [...attribute] };
}

function encodeConstant({ value, data }: Constant, name: string) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: [...value.shape], dataType: onnxTypes[value.type], rawData };
}

const emptySequence = {
  name: STOP,
  type: { sequenceType: { elemType: { tensorType: { elemType: onnxTypes.float32 } } } },
};

function encodeSignature({ name, value }: Named, axes: readonly Dimension[]) {
  const dim = axes.map(encodeDimension);
  return { name, type: { tensorType: { elemType: onnxTypes[value.type], shape: { dim } } } };
}

function encodeDimension(size: Dimension): Message<'Dimension'> {
  if (size === undefined) return {};
  return typeof size === 'string' ? { dimParam: size } : { dimValue: size };
}
