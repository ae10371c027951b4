// Nodes that compute batch-dependent constants of the trace from an input's shape, at run time.
import type { Constant, Graph, Value, ValueType } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { onnxTypes } from '../lowerings/lowering.ts';
import { multipleOfBatch, type Scaling, type Sizes, scalingOf } from './scaling.ts';

/** The axis of an input that is the batch. */
export interface BatchAxis {
  readonly input: Value;
  readonly axis: number;
}

/** Collects the nodes that make batch-dependent constants; these nodes read nothing but the shape of an input. */
export class BatchValues {
  readonly #builder = new GraphBuilder();
  readonly #sizes: Sizes;
  readonly #source: BatchAxis;
  #batch: Value | undefined;

  constructor(source: BatchAxis, sizes: Sizes) {
    this.#source = source;
    this.#sizes = sizes;
    this.#builder.origin = 'batch size';
  }

  /** Constants and nodes made so far, in an order in which they can run before everything else. */
  get made(): Pick<Graph, 'constants' | 'nodes'> {
    return this.#builder.graph([]);
  }

  /**
   * A value that equals the first constant at the first size and the second at the second. It exists for whole-number
   * lists whose elements stay or scale, and for tensors of one repeated number whose shape and number stay or scale;
   * undefined for anything else.
   */
  between(a: Constant, b: Constant): Value | undefined {
    if (a.value.type !== b.value.type || a.value.shape.length !== b.value.shape.length) return undefined;
    if (a.value.type === 'int64') return this.#list(numbers(a), numbers(b));
    const [first, second] = [repeatedNumber(a), repeatedNumber(b)];
    if (first === undefined || second === undefined) return undefined;
    const shape = this.#list(a.value.shape, b.value.shape);
    const number = shape && this.#number(first, second, a.value.type);
    if (!shape || !number) return undefined;
    // Expanding never takes an axis away.
    return this.#builder.node(a.value.shape.length === 0 ? 'Reshape' : 'Expand', [number, shape], a.value);
  }

  /** The batch size as a list of one int64. */
  #size(): Value {
    // Without Shape's own bounds: many runtimes do not know them yet.
    this.#batch ??= this.#cut(this.#shape(), this.#source.axis);
    return this.#batch;
  }

  #shape(): Value {
    const { input } = this.#source;
    return this.#builder.node('Shape', [input], { shape: [input.shape.length], type: 'int64' });
  }

  #cut(list: Value, place: number): Value {
    const bounds = [place, place + 1].map((bound) => this.#builder.int64([bound]));
    return this.#builder.node('Slice', [list, ...bounds], { shape: [1], type: 'int64' });
  }

  /** A list of int64, its elements fixed or multiples of the batch size. */
  #list(a: readonly number[], b: readonly number[]): Value | undefined {
    if (a.length !== b.length) return undefined;
    const parts: Value[] = [];
    let fixed: number[] = [];
    for (const [i, element] of a.entries()) {
      if (element === b[i]) {
        fixed.push(element);
        continue;
      }
      const multiple = multipleOfBatch(element, b[i]!, this.#sizes);
      if (multiple === undefined) return undefined;
      if (fixed.length > 0) parts.push(this.#builder.int64(fixed));
      fixed = [];
      parts.push(this.#times(this.#size(), multiple));
    }
    if (fixed.length > 0 || parts.length === 0) parts.push(this.#builder.int64(fixed));
    if (parts.length === 1) return parts[0];
    return this.#builder.node('Concat', parts, { shape: [a.length], type: 'int64', attributes: { axis: 0 } });
  }

  #times(size: Value, multiple: number): Value {
    if (multiple === 1) return size;
    return this.#builder.node('Mul', [size, this.#builder.int64([multiple])], { shape: [1], type: 'int64' });
  }

  /** One number as a list of one, fixed or computed from the batch size; float32 may also be an inverse of it. */
  #number(a: number, b: number, type: Exclude<ValueType, 'int64'>): Value | undefined {
    if (Object.is(a, b)) return this.#builder.constant([a], [1], type);
    const scaling = scalingOf(a, b, this.#sizes);
    if (!scaling || type === 'bool' || (type === 'int32' && !('multiple' in scaling))) return undefined;
    return this.#scaled(scaling, type);
  }

  #scaled(scaling: Scaling, type: 'float32' | 'int32'): Value {
    const to = { shape: [1], type, attributes: { to: onnxTypes[type] } } as const;
    if ('multiple' in scaling) return this.#builder.node('Cast', [this.#times(this.#size(), scaling.multiple)], to);
    const divisor = this.#builder.node('Cast', [this.#times(this.#size(), scaling.divisor)], to);
    return this.#builder.node('Div', [this.#builder.constant([scaling.numerator], [1]), divisor], { shape: [1], type });
  }
}

const numbers = ({ data }: Constant): number[] => Array.from(data as ArrayLike<number | bigint>, Number);

/** The number that a constant repeats; an empty constant repeats none. */
function repeatedNumber({ data }: Constant): number | undefined {
  const [first] = data;
  return first !== undefined && data.every((element: number | bigint) => Object.is(element, first))
    ? Number(first)
    : undefined;
}
