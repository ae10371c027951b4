// Outputs that are products over the rows of a batch, xᵀ·dy: the gradients of dense layers' kernels. A graph that sees
// some rows can omit them, and they are formed elsewhere from all rows at once.

import { removeDeadNodes } from '../passes/dead-nodes.ts';
import { type Graph, type GraphNode, type Named, producersOf, unshaped, type Value } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

/** An output xᵀ·dy by the names of its factors: outputs of the remaining graph, x [B, m] and dy [B, n]. */
interface RowProduct {
  readonly output: string;
  readonly left: string;
  readonly right: string;
}

/** A matrix with a row for each of the batch. */
export interface Factor {
  readonly columns: number;
  /**
   * The input of the graph that the factor is; if absent, it is an output of its own name, whose shape may differ but
   * has equally many elements.
   */
  readonly input?: string;
}

/** A graph without its products, the products, and their factors. */
export interface Factored {
  /** The graph with the factors in place of the products. */
  readonly graph: Graph;
  readonly products: readonly RowProduct[];
  /** By name. */
  readonly factors: Readonly<Record<string, Factor>>;
}

/**
 * Takes products over `rows` rows out of a graph.
 *
 * @param isWorth whether to take out an [m, n] product
 */
export function factorRowProducts(graph: Graph, rows: number, isWorth: (m: number, n: number) => boolean): Factored {
  const producers = producersOf(graph);
  const names = new Map<Value, string>();
  const nameOf = (value: Value) => {
    if (!names.has(value)) names.set(value, `factor:${names.size}`);
    return names.get(value)!;
  };
  const rest: Named[] = [];
  const products: RowProduct[] = [];
  for (const output of graph.outputs) {
    const [x, dy] = factorsOf(producers.get(output.value), rows) ?? [];
    if (x && dy && isWorth(x.shape[1]!, dy.shape[1]!)) {
      products.push({ output: output.name, left: nameOf(x), right: nameOf(dy) });
    } else rest.push(output);
  }
  const inputs = new Map(graph.inputs.map(({ name, value }) => [value, name]));
  const factors = [...names].map(([value, name]) => ({
    name,
    value,
    columns: value.shape[1]!,
    input: inputs.get(value),
  }));
  const computed = factors.filter(({ input }) => input === undefined);
  return {
    graph: removeDeadNodes({
      ...graph,
      outputs: [...rest, ...computed.map(({ name, value }) => ({ name, value: unshaped(value, producers) }))],
    }),
    products,
    factors: Object.fromEntries(
      factors.map(({ name, columns, input }) => [name, { columns, ...(input === undefined ? {} : { input }) }]),
    ),
  };
}

/** x and dy of a node xᵀ·dy whose factors have this number of rows. */
function factorsOf(node: GraphNode | undefined, rows: number): readonly Value[] | undefined {
  if (node?.operator !== 'Gemm' || node.inputs.length !== 2) return undefined;
  const { transA, transB } = node.attributes;
  if (transA !== 1 || transB !== 0) return undefined;
  return node.inputs.every(({ shape }) => shape.length === 2 && shape[0] === rows) ? node.inputs : undefined;
}

/** Some rows of a product: columns `from` up to `to` of x. */
export interface ProductPart extends RowProduct {
  readonly from: number;
  readonly to: number;
}

/**
 * A graph that forms parts of products from factors with all rows; row i of the batch has the weight `weights[i]`.
 *
 * @returns outputs named like the products
 */
export function productsGraph(
  parts: readonly ProductPart[],
  factors: Readonly<Record<string, Factor>>,
  weights: readonly number[],
): Graph {
  const builder = new GraphBuilder();
  builder.origin = 'rows of a gradient';
  const rows = weights.length;
  const used = new Set(parts.flatMap(({ left, right }) => [left, right]));
  const values = new Map(
    [...used].map((name) => [name, builder.input(name, [rows, factors[name]!.columns], 'float32')]),
  );
  const weigh = weighing(builder, weights);
  const weighted = new Map(
    [...new Set(parts.map(({ left }) => left))].map((name) => [name, weigh.rows(values.get(name)!)]),
  );
  const outputs = parts.map(({ output, left, right, from, to }) => {
    const whole = from === 0 && to === factors[left]!.columns;
    const bounds = [from, to, 1].map((bound) => builder.int64([bound]));
    const x = whole
      ? weighted.get(left)!
      : builder.node('Slice', [weighted.get(left)!, ...bounds], { shape: [rows, to - from], type: 'float32' });
    const shape = [to - from, factors[right]!.columns];
    const attributes = { transA: 1, transB: 0, ...weigh.attributes };
    return {
      name: output,
      value: builder.node('Gemm', [x, values.get(right)!], { shape, type: 'float32', attributes }),
    };
  });
  return builder.graph(outputs);
}

/** The weighting of rows: by the product's own factor if all weights are equal, otherwise row by row. */
function weighing(builder: GraphBuilder, weights: readonly number[]) {
  const [first = 1] = weights;
  if (weights.every((weight) => weight === first))
    return { attributes: { alpha: { float: first } }, rows: (x: Value) => x };
  const column = builder.constant(weights, [weights.length, 1]);
  const rows = (x: Value) => builder.node('Mul', [x, column], { shape: x.shape, type: 'float32' });
  return { attributes: {}, rows };
}
