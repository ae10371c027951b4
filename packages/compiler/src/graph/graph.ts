// The traced graph: ONNX operators over values that know their shape and type. Plain data; passes rewrite it, print.ts
// shows it.

/** Element types that a traced value can have; int64 appears only in the shape arguments of ONNX operators. */
export type ValueType = 'float32' | 'int32' | 'bool' | 'int64';

/**
 * The result of a node, an input, a variable or a constant. Identity is the object's; names are given when printed or
 * encoded.
 */
export interface Value {
  readonly shape: readonly number[];
  readonly type: ValueType;
}

/**
 * An attribute of a node: an integer, a list of integers, a word, or a float (which ONNX stores as another kind than an
 * integer).
 */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** One ONNX operator, or a kernel of our own; `origin` is the tfjs kernel and operation behind it. */
export interface GraphNode {
  readonly operator: string;
  readonly domain: '' | 'com.microsoft' | 'flowvae';
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly origin: string;
}

/** A value under a name of the user's. */
export interface Named {
  readonly name: string;
  readonly value: Value;
}

/** The numbers of a constant; booleans as bytes. */
export type ConstantData = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** A value known while tracing. */
export interface Constant {
  readonly value: Value;
  readonly data: ConstantData;
}

/** A traced function: nodes in execution order. */
export interface Graph {
  readonly inputs: readonly Named[];
  readonly variables: readonly Named[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly Named[];
}

/** Whether two shapes are equal. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** The node that makes each value. */
export const producersOf = ({ nodes }: Graph): ReadonlyMap<Value, GraphNode> =>
  new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));

/** The value without its reshapes. A reshape would be a copy if the value is an output or a kernel of ours reads it. */
export function unshaped(value: Value, producers: ReadonlyMap<Value, GraphNode>): Value {
  const node = producers.get(value);
  return node?.operator === 'Reshape' ? unshaped(node.inputs[0]!, producers) : value;
}
