// Encodes a graph as an ONNX model (protobuf).
import onnxProto from 'onnx-proto';
import type { Attribute, Constant, Graph, GraphNode, Named, Value } from './graph.ts';
import { STOP } from './in-place.js';
import { onnxTypes } from './lowerings/lowering.ts';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;

/** IR version 8 and operator set 17: what ONNX Runtime 1.12 and later read. */
const IR_VERSION = 8;
const OPERATOR_SET = 17;

/** An output's name in the model, where inputs and variables go by their own: gradients like to be named after their variables. */
export const outputName = (name: string): string => `output:${name}`;

/** How a model is encoded. */
export interface EncodeOptions {
  /** Puts an output before the others that keeps ONNX Runtime from copying them (in-place.js). */
  readonly inPlace?: boolean;
}

/** Encodes a graph whose inputs are the function's inputs followed by its variables. */
export function encodeModel(graph: Graph, { inPlace = false }: EncodeOptions = {}): Uint8Array {
  const names = uniqueNames(graph);
  const nameOf = (value: Value) => names.get(value)!;
  const node = [
    ...graph.nodes.map((entry, i) => encodeNode(entry, `${entry.origin} #${i}`, nameOf)),
    ...outputCopies(graph, nameOf),
  ];
  const output = graph.outputs.map(({ name, value }) => encodeSignature({ name: outputName(name), value }));
  return onnx.ModelProto.encode({
    irVersion: IR_VERSION,
    producerName: 'flowvae',
    opsetImport: [
      { domain: '', version: OPERATOR_SET },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'traced',
      node: inPlace ? [...node, { opType: 'SequenceEmpty', output: [STOP] }] : node,
      initializer: graph.constants.map((constant) => encodeConstant(constant, nameOf(constant.value))),
      input: [...graph.inputs, ...graph.variables].map(encodeSignature),
      output: inPlace ? [emptySequence, ...output] : output,
    },
  }).finish();
}

/** A value that is an output bears the output's name, so that no copy is needed. */
function uniqueNames(graph: Graph): Map<Value, string> {
  const names = new Map<Value, string>();
  for (const { name, value } of [...graph.inputs, ...graph.variables]) names.set(value, name);
  graph.constants.forEach(({ value }, i) => {
    names.set(value, `constant:${i}`);
  });
  for (const { name, value } of graph.outputs) if (!names.has(value)) names.set(value, outputName(name));
  let next = 0;
  for (const value of graph.nodes.flatMap(({ outputs }) => outputs))
    if (!names.has(value)) names.set(value, `value:${next++}`);
  return names;
}

/** An output that is also an input, a constant, or another output needs a node of its own. */
function outputCopies(graph: Graph, nameOf: (value: Value) => string) {
  return graph.outputs
    .filter(({ name, value }) => nameOf(value) !== outputName(name))
    .map(({ name, value }) => ({ opType: 'Identity', input: [nameOf(value)], output: [outputName(name)] }));
}

/** ONNX Runtime's errors give a node's name, so that says which operation of tfjs the node belongs to. */
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
  if (typeof attribute === 'number') return { type: AttributeType.INT, i: attribute };
  if (typeof attribute === 'string') return { type: AttributeType.STRING, s: new TextEncoder().encode(attribute) };
  if ('float' in attribute) return { type: AttributeType.FLOAT, f: attribute.float };
  return { type: AttributeType.INTS, ints: [...attribute] };
}

function encodeConstant({ value, data }: Constant, name: string) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: [...value.shape], dataType: onnxTypes[value.type], rawData };
}

const emptySequence = {
  name: STOP,
  type: { sequenceType: { elemType: { tensorType: { elemType: onnxTypes.float32 } } } },
};

function encodeSignature({ name, value }: Named) {
  const dim = value.shape.map((size) => ({ dimValue: size }));
  return { name, type: { tensorType: { elemType: onnxTypes[value.type], shape: { dim } } } };
}
