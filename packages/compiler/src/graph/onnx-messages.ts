// ONNX's protobuf messages as data, and their bytes as ONNX's own library writes them.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * Number and type of each field that we write, in the order of the numbers, under the names of onnx.proto in camel
 * case.
 *
 * @see https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto
 */
const messages = {
  ModelProto: {
    irVersion: [1, 'integer'],
    producerName: [2, 'text'],
    producerVersion: [3, 'text'],
    docString: [6, 'text'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto'],
    metadataProps: [14, 'StringStringEntryProto'],
  },
  OperatorSetIdProto: { domain: [1, 'text'], version: [2, 'integer'] },
  StringStringEntryProto: { key: [1, 'text'], value: [2, 'text'] },
  GraphProto: {
    node: [1, 'NodeProto'],
    name: [2, 'text'],
    initializer: [5, 'TensorProto'],
    input: [11, 'ValueInfoProto'],
    output: [12, 'ValueInfoProto'],
  },
  NodeProto: {
    input: [1, 'text'],
    output: [2, 'text'],
    name: [3, 'text'],
    opType: [4, 'text'],
    attribute: [5, 'AttributeProto'],
    domain: [7, 'text'],
  },
  AttributeProto: {
    name: [1, 'text'],
    f: [2, 'float'],
    i: [3, 'integer'],
    s: [4, 'bytes'],
    ints: [8, 'integer'],
    type: [20, 'integer'],
  },
  TensorProto: { dims: [1, 'integer'], dataType: [2, 'integer'], name: [8, 'text'], rawData: [9, 'bytes'] },
  ValueInfoProto: { name: [1, 'text'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorType'], sequenceType: [4, 'SequenceType'] },
  TensorType: { elemType: [1, 'integer'], shape: [2, 'TensorShapeProto'] },
  SequenceType: { elemType: [1, 'TypeProto'] },
  TensorShapeProto: { dim: [1, 'Dimension'] },
  Dimension: { dimValue: [1, 'integer'], dimParam: [2, 'text'] },
} as const;

type Messages = typeof messages;

interface Scalars {
  readonly integer: number;
  readonly float: number;
  readonly text: string;
  readonly bytes: Uint8Array;
}

type FieldValue<Type> = Type extends keyof Scalars
  ? Scalars[Type]
  : Type extends keyof Messages
    ? Message<Type>
    : never;

/** A message by its fields; a list repeats a field. */
export type Message<Name extends keyof Messages> = {
  readonly [Field in keyof Messages[Name]]?: Messages[Name][Field] extends readonly [number, infer Type]
    ? FieldValue<Type> | readonly FieldValue<Type>[]
    : never;
};

/** `AttributeProto.AttributeType`: the type of an attribute's value. */
export const attributeTypes = { FLOAT: 1, INT: 2, STRING: 3, INTS: 7 } as const;

/** How a scalar is written behind its tag. */
const scalars: {
  readonly [Type in keyof Scalars]: readonly [WireType, (to: BinaryWriter, value: Scalars[Type]) => void];
} = {
  integer: [WireType.Varint, (to, value) => to.int64(value)],
  float: [WireType.Bit32, (to, value) => to.float(value)],
  text: [WireType.LengthDelimited, (to, value) => to.string(value)],
  bytes: [WireType.LengthDelimited, (to, value) => to.bytes(value)],
};

/**
 * The bytes of a message. Fields stand in the order of their numbers, and each element of a list has its own tag:
 * ONNX's proto2 schema does not pack lists of numbers, and readers such as tinygrad and rten accept no other form.
 */
export function encodeMessage<Name extends keyof Messages>(
  name: Name,
  message: Message<Name>,
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  write(writer, name, message);
  return writer.finish();
}

type Fields = Readonly<Record<string, unknown>>;

function write(to: BinaryWriter, name: keyof Messages, message: Fields): void {
  for (const [field, [number, type]] of Object.entries<readonly [number, keyof Scalars | keyof Messages]>(
    messages[name],
  )) {
    const value = message[field];
    if (value === undefined) continue;
    for (const element of Array.isArray(value) ? value : [value]) writeField(to, number, type, element);
  }
}

function writeField(to: BinaryWriter, number: number, type: keyof Scalars | keyof Messages, value: unknown): void {
  if (type in messages) {
    to.tag(number, WireType.LengthDelimited).fork();
    write(to, type as keyof Messages, value as Fields);
    to.join();
    return;
  }
  const [wireType, put] = scalars[type as keyof Scalars] as readonly [
    WireType,
    (to: BinaryWriter, value: unknown) => void,
  ];
  put(to.tag(number, wireType), value);
}
