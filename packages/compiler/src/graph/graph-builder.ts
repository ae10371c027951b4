// Collects nodes and constants while a function is traced.
import type { Attribute, Constant, ConstantData, Graph, GraphNode, Named, Value, ValueType } from './graph.ts';

/** The result of an operator that a lowering emits. */
export interface Emission {
  readonly shape: readonly number[];
  readonly type: ValueType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: GraphNode['domain'];
}

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** Constants up to this many elements are shared by content; larger ones (captured tensors) by identity only. */
export const SHARED_CONSTANT_SIZE = 64;

export class GraphBuilder {
  readonly #inputs: Named[] = [];
  readonly #variables: Named[] = [];
  readonly #constants: Constant[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #shared = new Map<string, Value>();
  /** The tfjs kernel being lowered; recorded with each node. */
  origin = '';
  /** Whether a device will run the graph: there the number of nodes counts most. */
  readonly isForDevice: boolean;

  constructor({ isForDevice = false }: { readonly isForDevice?: boolean } = {}) {
    this.isForDevice = isForDevice;
  }

  input(name: string, shape: readonly number[], type: ValueType): Value {
    const value = { shape, type };
    this.#inputs.push({ name, value });
    return value;
  }

  variable(name: string, shape: readonly number[], type: ValueType): Value {
    const value = { shape, type };
    this.#variables.push({ name, value });
    return value;
  }

  /** A constant from numbers in row-major order. */
  constant(numbers: ArrayLike<number>, shape: readonly number[], type: Exclude<ValueType, 'int64'> = 'float32'): Value {
    return this.#constant(arrays[type].from(numbers), shape, type);
  }

  /** A scalar of a type. */
  scalar(number: number, type: Exclude<ValueType, 'int64'> = 'float32'): Value {
    return this.constant([number], [], type);
  }

  /** A list of int64, the form in which ONNX operators take shapes, axes and bounds. */
  int64(numbers: readonly number[]): Value {
    return this.#constant(BigInt64Array.from(numbers, BigInt), [numbers.length], 'int64');
  }

  #constant(data: ConstantData, shape: readonly number[], type: ValueType): Value {
    const isShared = type === 'int64' || data.length <= SHARED_CONSTANT_SIZE; // equal arguments make equal nodes
    const key = isShared ? `${type}[${shape}]${Array.from(data, keyOf)}` : undefined;
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known) return known;
    const value = { shape, type };
    this.#constants.push({ value, data });
    if (key !== undefined) this.#shared.set(key, value);
    return value;
  }

  /** Emits an operator with one result. */
  node(operator: string, inputs: readonly Value[], { shape, type, attributes = {}, domain }: Emission): Value {
    const value = { shape, type };
    this.#nodes.push({ operator, domain: domain ?? '', inputs, outputs: [value], attributes, origin: this.origin });
    return value;
  }

  /** Emits an operator with several results, of one type or one type each. */
  nodes(
    operator: string,
    inputs: readonly Value[],
    shapes: readonly (readonly number[])[],
    {
      type,
      attributes = {},
      domain = '',
    }: Pick<Emission, 'attributes' | 'domain'> & { readonly type: ValueType | readonly ValueType[] },
  ): Value[] {
    const outputs = shapes.map((shape, i) => ({ shape, type: typeof type === 'string' ? type : type[i]! }));
    this.#nodes.push({ operator, domain, inputs, outputs, attributes, origin: this.origin });
    return outputs;
  }

  graph(outputs: readonly Named[]): Graph {
    return {
      inputs: this.#inputs,
      variables: this.#variables,
      constants: this.#constants,
      nodes: this.#nodes,
      outputs,
    };
  }
}

/** `-0` and `0` are different constants, and print alike. */
const keyOf = (element: number | bigint) => (Object.is(element, -0) ? '-0' : String(element));
