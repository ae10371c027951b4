// Features that keep an exported file out of some runtime, each seen in one of them.
import onnxProto from 'onnx-proto';

const { ModelProto, TensorProto } = onnxProto.onnx;
type Nodes = readonly onnxProto.onnx.INodeProto[];

const INT32_MIN = -(2 ** 31);

/** The faults of a file; a file that every runtime of the interop table can take has none. */
export function portabilityFaults(bytes: Uint8Array): string[] {
  const { graph, opsetImport } = ModelProto.decode(bytes);
  const [nodes, constants] = [graph?.node ?? [], graph?.initializer ?? []];
  const outputs = (graph?.output ?? []).map(({ name }) => name!);
  return [
    ...opsetImport.filter(({ domain }) => domain).map(({ domain }) => `operators of ${domain}`),
    ...nodes.flatMap(nodeFaults),
    ...constants.filter(isBeyondInt32).map(({ name }) => `${name}: beyond int32`),
    ...sharedTranspositions(nodes, outputs),
    ...packedLists(bytes),
  ];
}

const newer = new Set(['Greater', 'GreaterOrEqual', 'LessOrEqual', 'IsNaN']);

function nodeFaults({ name, opType, input, attribute }: Nodes[number]): string[] {
  if (newer.has(opType!)) return [`${name}: ${opType}`];
  if (opType === 'Shape' && attribute?.length) return [`${name}: Shape with attributes`];
  return opType === 'Gemm' && input?.length === 2 ? [`${name}: Gemm without C`] : [];
}

function isBeyondInt32({ dataType, rawData }: onnxProto.onnx.ITensorProto): boolean {
  if (dataType !== TensorProto.DataType.INT64 || !rawData) return false;
  const numbers = new BigInt64Array(Uint8Array.from(rawData).buffer);
  return numbers.some((number) => number < INT32_MIN || number >= -INT32_MIN);
}

/**
 * Transposed operands of a product that something else reads too: ONNX Runtime moves the transposition into the
 * product.
 */
function sharedTranspositions(nodes: Nodes, outputs: readonly string[]): string[] {
  const transposed = new Set(nodes.filter(({ opType }) => opType === 'Transpose').flatMap(({ output }) => output!));
  const operands = nodes.filter(({ opType }) => opType === 'MatMul').flatMap(({ input }) => input!);
  const reads = [...nodes.flatMap(({ input }) => input ?? []), ...outputs];
  const isShared = (value: string) => reads.filter((read) => read === value).length > 1;
  return [...new Set(operands.filter((value) => transposed.has(value) && isShared(value)))].map(
    (value) => `${value}: a transposed operand that is read elsewhere`,
  );
}

/** Where lists of numbers stand in a file: field numbers from the model on, by the list's name. */
const numberLists = {
  'TensorProto.dims': [7, 5, 1], // graph, initializer
  'AttributeProto.ints': [7, 1, 5, 8], // graph, node, attribute
} as const;

function packedLists(bytes: Uint8Array): string[] {
  return Object.entries(numberLists)
    .filter(([, path]) => holdsBytes(bytes, path))
    .map(([name]) => `${name}: packed`);
}

/** Whether some field at the end of a path is one run of bytes, as packed numbers are. */
function holdsBytes(message: Uint8Array, [field, ...rest]: readonly number[]): boolean {
  const found = runsOfBytes(message).filter(({ number }) => number === field);
  return rest.length === 0 ? found.length > 0 : found.some(({ content }) => holdsBytes(content, rest));
}

/** The fields of a message that are runs of bytes: texts, messages, packed lists. */
function runsOfBytes(message: Uint8Array): { readonly number: number; readonly content: Uint8Array }[] {
  const runs: { number: number; content: Uint8Array }[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [number, wireType] = [tag >> 3, tag & 7];
    if (wireType === 0) varint();
    else if (wireType === 2) {
      const length = varint();
      runs.push({ number, content: message.subarray(at, at + length) });
      at += length;
    } else at += wireType === 5 ? 4 : 8;
  }
  return runs;
}
