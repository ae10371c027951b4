// How a step is divided: rows of the batch, and shares of the flat buffer.
import { type InputShapes, type Port, type SessionRecipe, sessionRecipe, traceGraph } from '@flowvae/compiler';
import { elementCount } from '@flowvae/tensor';
import { BYTES, type FlatLayout, shareBounds } from '../flat-layout.ts';
import { GRADIENT, withGradients } from '../gradient-step.ts';
import { passesModule } from '../kernels.ts';
import { FIRST_SLOT } from '../optimizer.ts';
import type { TrainingStateOptions } from '../training-state.ts';
import { type GradientOutput, type ShardData, type ShardInput, type SharedState, vocabulary } from './shared-state.ts';

/** Rows of each thread, as even as can be: no thread without a row. */
export function rowsOf(batch: number, threads: number): number[] {
  const shards = Math.min(batch, threads);
  const bounds = Array.from({ length: shards + 1 }, (_, i) => Math.floor((batch * i) / shards));
  return bounds.slice(1).map((end, i) => end - bounds[i]!);
}

/** The step's graph for each number of rows that a thread has. */
export function recipesFor(
  { loss, variables, inputShapes }: TrainingStateOptions,
  batchInputs: readonly string[],
  rows: readonly number[],
): ReadonlyMap<number, SessionRecipe> {
  const traced = withGradients(loss, variables);
  const recipes = [...new Set(rows)].map((count) => {
    const graph = traceGraph(traced, shapesFor(inputShapes, batchInputs, count), variables);
    return [count, sessionRecipe(graph, { threads: 1, inPlace: true })] as const;
  });
  return new Map(recipes);
}

const shapesFor = (shapes: InputShapes, batchInputs: readonly string[], rows: number): InputShapes =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      batchInputs.includes(name) ? [rows, ...shape.slice(1)] : shape,
    ]),
  );

/** The step's outputs that hold one number: loss and terms. */
export const scalarsOf = ({ outputs }: SessionRecipe): Port[] =>
  outputs.filter(({ name }) => !name.startsWith(GRADIENT));

/** The step's whole inputs in shared memory. */
export const sharedInputs = (shapes: InputShapes): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      new Float32Array(new SharedArrayBuffer(BYTES * elementCount(shape))),
    ]),
  );

/** What all threads have in common. */
export interface Division {
  readonly layout: FlatLayout;
  readonly rows: readonly number[];
  readonly recipes: ReadonlyMap<number, SessionRecipe>;
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly state: SharedState;
}

/** What each thread starts with. */
export function shardsOf(
  { layout, rows, recipes, inputs, state }: Division,
  { inputShapes, slots }: TrainingStateOptions,
  batchInputs: readonly string[],
): ShardData[] {
  const batch = rows.reduce((a, b) => a + b, 0);
  let first = 0;
  return rows.map((count, shard) => {
    const recipe = recipes.get(count)!;
    const part = { first, count };
    first += count;
    return {
      vocabulary,
      shard,
      shards: rows.length,
      recipe,
      passesModule: passesModule(),
      layout,
      regions: FIRST_SLOT + slots,
      bounds: shareBounds(layout.length, rows.length),
      weights: rows.map((share) => share / batch),
      inputs: Object.entries(inputShapes).map(([name, shape]) =>
        shardInput(name, shape, inputs[name]!, batchInputs.includes(name) ? part : undefined),
      ),
      gradients: gradientsOf(recipe, layout),
      scalars: scalarsOf(recipe).map(({ key }) => key),
      state,
    };
  });
}

function gradientsOf({ outputs }: SessionRecipe, { places }: FlatLayout): GradientOutput[] {
  const gradients = outputs.filter(({ name }) => name.startsWith(GRADIENT));
  return gradients.map(({ name, key, shape }) => {
    const { offset, size } = places.find((place) => place.name === name.slice(GRADIENT.length))!;
    return { key, shape, offset, size };
  });
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
