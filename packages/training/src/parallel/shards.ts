// The division of a step: rows of the batch, and shares of the flat buffer.
import {
  ASSIGNED,
  type Factored,
  factorRowProducts,
  type Graph,
  type InputShapes,
  type Port,
  type ProductPart,
  productsGraph,
  rowsMeetAt,
  type SessionRecipe,
  sessionRecipe,
  traceGraph,
} from '@flowvae/compiler';
import { elementCount, type NamedVariables } from '@flowvae/tensor';
import { BYTES, type FlatLayout, shareBounds } from '../memory/flat-layout.ts';
import { nonTrainableOf } from '../memory/non-trainable.ts';
import { FIRST_SLOT, GRADIENTS } from '../memory/optimizer.ts';
import type { TrainingStateOptions } from '../memory/training-state.ts';
import { GRADIENT, lossAndTerms, withGradients } from '../steps/gradient-step.ts';
import { sharedPasses } from './shared-passes.ts';
import {
  type PlacedOutput,
  regionAt,
  type ShardData,
  type ShardInput,
  type ShardProducts,
  type SharedState,
  vocabulary,
} from './shared-state.ts';

/** Rows of each thread, as even as can be: no thread without a row. */
export function rowsOf(batch: number, threads: number): number[] {
  const shards = Math.min(batch, threads);
  const bounds = Array.from({ length: shards + 1 }, (_, i) => Math.floor((batch * i) / shards));
  return bounds.slice(1).map((end, i) => end - bounds[i]!);
}

/** Rows of the graphs in which combined rows are searched: primes, of which axes are unlikely to be multiples. */
const PRIMES = [67, 71] as const;

/** The reason if the loss refuses another number of rows; the step itself reports errors with its own number. */
const takesNo = (rows: string, error: unknown) =>
  `the loss takes no batch of ${rows} row${rows === '1' ? '' : 's'} (${(error as Error).message})`;

/**
 * The reason if the rows of a batch must stay together; undefined if loss and terms are means of a function of each
 * row.
 */
function togetherFor({ loss, variables, inputShapes }: TrainingStateOptions, batchInputs: readonly string[]) {
  const traced = (rows: number) =>
    traceGraph(lossAndTerms(loss, variables), shapesFor(inputShapes, batchInputs, rows), { variables });
  let graphs: readonly [Graph, Graph];
  try {
    graphs = [traced(PRIMES[0]), traced(PRIMES[1])];
  } catch (error) {
    return takesNo(PRIMES.join(' or '), error);
  }
  const [graph] = graphs;
  const assigned = graph.outputs.find(({ name }) => name.startsWith(ASSIGNED));
  if (assigned) return `the loss assigns ${assigned.name.slice(ASSIGNED.length)}, which is for all rows`;
  const place = rowsMeetAt(graphs, batchInputs, PRIMES);
  return place === undefined ? undefined : `rows of a batch meet at ${place}`;
}

/** The step's graph for one thread's number of rows. */
export interface ShardGraph extends Factored {
  readonly recipe: SessionRecipe;
}

/**
 * The graph for each number of rows. A product over the rows is left out if its factors are smaller than the product.
 *
 * @returns the reason if the rows must stay together
 */
export function shardGraphs(
  options: TrainingStateOptions,
  batchInputs: readonly string[],
  rows: readonly number[],
): ReadonlyMap<number, ShardGraph> | string {
  const { loss, variables, inputShapes } = options;
  const together = togetherFor(options, batchInputs);
  if (together !== undefined) return together;
  const traced = withGradients(loss, variables);
  const batch = rows.reduce((a, b) => a + b, 0);
  const isWorth = (m: number, n: number) => batch * (m + n) < m * n;
  const graphs = new Map<number, ShardGraph>();
  for (const count of new Set(rows)) {
    const shapes = shapesFor(inputShapes, batchInputs, count);
    let whole: Graph;
    try {
      whole = traceGraph(traced, shapes, { variables, ownKernels: true });
    } catch (error) {
      return takesNo(String(count), error);
    }
    const factored = factorRowProducts(whole, count, isWorth);
    graphs.set(count, { ...factored, recipe: sessionRecipe(factored.graph, { threads: 1, inPlace: true }) });
  }
  return graphs;
}

const shapesFor = (shapes: InputShapes, batchInputs: readonly string[], rows: number): InputShapes =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      batchInputs.includes(name) ? [rows, ...shape.slice(1)] : shape,
    ]),
  );

const isFactor = ({ factors }: Factored, name: string) => Object.hasOwn(factors, name);

/** The step's outputs with one number: loss and terms. */
export const scalarsOf = (graph: ShardGraph): Port[] =>
  graph.recipe.outputs.filter(({ name }) => !name.startsWith(GRADIENT) && !isFactor(graph, name));

/** The step's whole inputs in shared memory. */
export const sharedInputs = (shapes: InputShapes): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      new Float32Array(new SharedArrayBuffer(BYTES * elementCount(shape))),
    ]),
  );

/** Shapes of variables by name. */
export const shapesOf = (variables: NamedVariables): InputShapes =>
  Object.fromEntries(Object.entries(variables).map(([name, { shape }]) => [name, shape]));

/** The data that all threads share. */
export interface StepDivision {
  readonly layout: FlatLayout;
  readonly rows: readonly number[];
  /** The start of each thread's share of the flat buffer, and the end. */
  readonly bounds: readonly number[];
  readonly graphs: ReadonlyMap<number, ShardGraph>;
  /** With variables that are not trainable, which threads only read. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly state: SharedState;
}

/** Shares of the flat buffer, as even as possible; a kernel whose gradient is a product is cut between rows. */
export const boundsOf = (layout: FlatLayout, shards: number, graph: ShardGraph): number[] =>
  shareBounds(layout, shards, columnsOf(graph));

/** The start data of each thread. */
export function shardsOf(
  { layout, rows, bounds, graphs, inputs, state }: StepDivision,
  { inputShapes, variables, slots }: TrainingStateOptions,
  batchInputs: readonly string[],
): ShardData[] {
  const batch = rows.reduce((a, b) => a + b, 0);
  const weights = rows.map((share) => share / batch);
  const any = graphs.get(rows[0]!)!;
  const matrices = Object.entries(any.factors).map(([name, { columns, input }]) => {
    const shared =
      input === undefined ? new Float32Array(new SharedArrayBuffer(BYTES * batch * columns)) : inputs[input]!;
    return [name, { columns, shared }] as const;
  });
  const regions = FIRST_SLOT + slots;
  const gradientRegions = rows.map((_, shard) => regionAt(GRADIENTS, shard, regions, layout.length));
  let first = 0;
  return rows.map((count, shard) => {
    const graph = graphs.get(count)!;
    const part = { first, count };
    first += count;
    const outputs = partsOf(graph, layout, [bounds[shard]!, bounds[shard + 1]!]);
    const rowWeights = rows.flatMap((share, i) => new Array<number>(share).fill(weights[i]!));
    const portOf = (factor: string) => graph.recipe.outputs.find(({ name }) => name === factor);
    return {
      vocabulary,
      shard,
      shards: rows.length,
      recipe: graph.recipe,
      passesModule: sharedPasses(),
      layout,
      regions: Array.from({ length: regions }, (_, region) => regionAt(region, shard, regions, layout.length)),
      gradientRegions,
      bounds,
      weights,
      rows: part,
      inputs: Object.entries({ ...inputShapes, ...shapesOf(nonTrainableOf(variables)) }).map(([name, shape]) =>
        shardInput(name, shape, inputs[name]!, batchInputs.includes(name) ? part : undefined),
      ),
      gradients: gradientsOf(graph.recipe, layout),
      scalars: scalarsOf(graph).map(({ key }) => key),
      factors: matrices.map(([name, matrix]) => ({ name, output: portOf(name), ...matrix })),
      ...(outputs.length > 0 && { products: productsOf(outputs, graph, layout, rowWeights) }),
      state,
    };
  });
}

const placeOf = ({ places }: FlatLayout, output: string) =>
  places.find(({ name }) => name === output.slice(GRADIENT.length))!;

function gradientsOf({ outputs }: SessionRecipe, layout: FlatLayout): PlacedOutput[] {
  const gradients = outputs.filter(({ name }) => name.startsWith(GRADIENT));
  return gradients.map(({ name, key, shape }) => {
    const { offset, size } = placeOf(layout, name);
    return { key, shape, offset, size };
  });
}

/** Columns of the variables whose gradients are products: a share of them is some of their rows. */
const columnsOf = ({ products, factors }: ShardGraph): Record<string, number> =>
  Object.fromEntries(products.map(({ output, right }) => [output.slice(GRADIENT.length), factors[right]!.columns]));

/** The rows of each product that lie in a share. */
function partsOf(graph: ShardGraph, layout: FlatLayout, [start, end]: readonly [number, number]): ProductPart[] {
  return graph.products.flatMap((product) => {
    const { offset, size } = placeOf(layout, product.output);
    const columns = graph.factors[product.right]!.columns;
    const from = Math.max(0, start - offset) / columns;
    const to = Math.min(size, end - offset) / columns;
    return from < to ? [{ ...product, from, to }] : [];
  });
}

function productsOf(
  parts: readonly ProductPart[],
  { factors }: ShardGraph,
  layout: FlatLayout,
  weights: readonly number[],
): ShardProducts {
  const recipe = sessionRecipe(productsGraph(parts, factors, weights), { threads: 1, inPlace: true });
  const outputs = parts.map(({ output, right, from, to }, i) => {
    const { columns } = factors[right]!;
    const offset = placeOf(layout, output).offset + from * columns;
    return { key: recipe.outputs[i]!.key, shape: [to - from, columns], offset, size: (to - from) * columns };
  });
  return { recipe, outputs };
}

function shardInput(
  name: string,
  shape: readonly number[],
  shared: Float32Array,
  rows: { readonly first: number; readonly count: number } | undefined,
): ShardInput {
  if (!rows) return { name, shape, shared };
  const width = elementCount(shape.slice(1));
  const part = shared.subarray(rows.first * width, (rows.first + rows.count) * width);
  return { name, shape: [rows.count, ...shape.slice(1)], shared: part };
}
