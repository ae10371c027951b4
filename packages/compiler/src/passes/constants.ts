// Computes values that depend on constants only once: gradients start from a row of ones and multiply it through.
import { elementCount } from '@flowvae/tensor';
import { type Constant, type Graph, type GraphNode, sameShape, type Value } from '../graph/graph.ts';
import { rewrite } from './rewrite.ts';

/**
 * Operators on constants that repeat one number. IEEE 754 rounds these four operations correctly, and the rounding of
 * float64's result to float32 too, so the number is the same as a runtime's.
 */
const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => Math.fround(a + b),
  Sub: (a, b) => Math.fround(a - b),
  Mul: (a, b) => Math.fround(a * b),
  Div: (a, b) => Math.fround(a / b),
};

/** Operators for which a scalar can replace a tensor of this number, if another operand gives the result its shape. */
const BROADCASTING = new Set([...Object.keys(arithmetic), 'Max', 'Min', 'Pow', 'Greater', 'GreaterOrEqual', 'Less']);

/** Operators that repeat the number of their first operand. */
const SPREADING = new Set(['Expand', 'Reshape', 'Tile']);

/** Folds reshapes of constants and arithmetic on repeated numbers, and hands operators scalars in their place. */
export function foldConstants(graph: Graph): Graph {
  const known = new KnownConstants(graph.constants);
  const rewritten = rewrite(graph, (node) => {
    const folded = known.fold(node);
    return folded ? { replaceBy: [folded] } : { keep: known.withScalars(node) };
  });
  return { ...rewritten, constants: known.all };
}

class KnownConstants {
  readonly all: Constant[];
  readonly #data: Map<Value, Constant>;
  /** Float32 values whose elements are all one number; some are no constants, because they are too large to store. */
  readonly #repeated = new Map<Value, number>();
  readonly #scalars = new Map<string, Value>();

  constructor(constants: readonly Constant[]) {
    this.all = [...constants];
    this.#data = new Map(constants.map((constant) => [constant.value, constant]));
    for (const constant of constants) {
      const number = repeatedNumber(constant);
      if (number === undefined) continue;
      this.#repeated.set(constant.value, number);
      if (constant.value.shape.length === 0) this.#scalars.set(keyOf(number), constant.value);
    }
  }

  /** The constant that a node computes from constants alone, if it is known and not larger than they are. */
  fold(node: GraphNode): Value | undefined {
    const { shape, type } = node.outputs[0]!;
    const operands = node.inputs.map((value) => this.#data.get(value));
    const isConstant = operands.every((operand) => operand !== undefined);
    if (node.operator === 'Reshape' && isConstant)
      return this.#add({ value: { shape, type }, data: operands[0]!.data });
    const number = this.#numberOf(node);
    if (number === undefined) return undefined;
    this.#repeated.set(node.outputs[0]!, number);
    const size = elementCount(shape);
    const fits = isConstant && operands.some(({ data }) => data.length >= size);
    return fits ? this.#add({ value: { shape, type }, data: new Float32Array(size).fill(number) }) : undefined;
  }

  /** The node with scalars in place of larger tensors of one number. */
  withScalars(node: GraphNode): GraphNode {
    if (!BROADCASTING.has(node.operator)) return node;
    const inputs = [...node.inputs];
    const [result] = node.outputs;
    inputs.forEach((value, i) => {
      const number = this.#repeated.get(value);
      if (number === undefined || elementCount(value.shape) <= 1) return;
      const othersShape = inputs.some((other, k) => k !== i && sameShape(other.shape, result!.shape));
      if (othersShape) inputs[i] = this.#scalar(number);
    });
    return { ...node, inputs };
  }

  #numberOf({ operator, inputs, outputs }: GraphNode): number | undefined {
    if (outputs[0]?.type !== 'float32') return undefined;
    const [a, b] = inputs.map((value) => this.#repeated.get(value));
    if (a === undefined || SPREADING.has(operator)) return a;
    if (operator === 'Neg') return -a;
    return b === undefined ? undefined : arithmetic[operator]?.(a, b);
  }

  #scalar(number: number): Value {
    const key = keyOf(number);
    const known = this.#scalars.get(key);
    if (known) return known;
    const value = this.#add({ value: { shape: [], type: 'float32' }, data: Float32Array.of(number) });
    this.#scalars.set(key, value);
    return value;
  }

  #add(constant: Constant): Value {
    this.all.push(constant);
    this.#data.set(constant.value, constant);
    const number = repeatedNumber(constant);
    if (number !== undefined) this.#repeated.set(constant.value, number);
    return constant.value;
  }
}

function repeatedNumber({ value, data }: Constant): number | undefined {
  if (value.type !== 'float32') return undefined;
  const [first] = data as Float32Array;
  return data.every((element: number | bigint) => Object.is(element, first)) ? first : undefined;
}

const keyOf = (number: number) => (Object.is(number, -0) ? '-0' : String(number));
