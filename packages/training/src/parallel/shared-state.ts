// The memory that a step's threads share, and their vocabulary. Plain data: the worker (shard-worker.js) receives it
// unchanged.
import { openGate, type Port, type SessionRecipe } from '@flowvae/compiler';
import { BYTES, type FlatLayout } from '../memory/flat-layout.ts';
import type { Sweep } from '../memory/kernels.ts';
import { GRADIENTS } from '../memory/optimizer.ts';

/** The commands to workers; their arguments follow in the command. */
export const Command = {
  /** Loss and gradients of the rows; the share's gradients are summed over workers. */
  run: 1,
  /** A pass over the share: index of the pass, count of regions, regions, scalars. */
  sweep: 2,
  /** Waits until all shares are updated. */
  commit: 3,
} as const;

/** The form of commands; handed to the workers, which cannot import it. */
export const vocabulary = {
  command: Command,
  /** Passes by the number that a command carries. */
  passes: ['adam', 'adamax', 'rmsprop', 'sgd', 'scale'] satisfies Sweep[],
  /** Most commands in progress at once. */
  ring: 64,
  /** Numbers in a command. */
  width: 32,
} as const;

/** Views of shared memory. */
export interface SharedState {
  /** The gate to native code. */
  readonly gate: Int32Array;
  /** Commands given so far. */
  readonly sequence: Int32Array;
  /** A ring of commands: [code, …arguments]. */
  readonly commands: Float64Array;
  /** Commands that each worker has finished. */
  readonly finished: Int32Array;
  /** How often the workers have met. */
  readonly meetings: Int32Array;
  /** For each worker: the weighted scalars, then the sum of squared gradients of its share. */
  readonly results: Float64Array;
  /** Parameters, optimiser state, and gradients of each worker: {@link regionAt}. */
  readonly memory: WebAssembly.Memory;
}

/** An input of the step as one worker sees it. */
export interface ShardInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** The worker's rows, or the whole input if all rows share it. */
  readonly shared: Float32Array;
}

/** An output that is written into the flat buffer. */
export interface PlacedOutput {
  readonly key: string;
  readonly shape: readonly number[];
  /** Place in the flat buffer. */
  readonly offset: number;
  readonly size: number;
}

/** A matrix with a row for each of the batch; each worker computes its own rows. */
interface SharedFactor {
  readonly name: string;
  /** The output of the worker's graph that holds its rows; undefined if they are an input of the step. */
  readonly output: Port | undefined;
  readonly columns: number;
  /** All rows. */
  readonly shared: Float32Array;
}

/** Gradients that each worker forms for its share from all rows of their factors. */
export interface ShardProducts {
  readonly recipe: SessionRecipe;
  readonly outputs: readonly PlacedOutput[];
}

/** A worker's start data. */
export interface ShardData {
  readonly vocabulary: typeof vocabulary;
  readonly shard: number;
  readonly shards: number;
  readonly recipe: SessionRecipe;
  readonly passesModule: WebAssembly.Module;
  readonly layout: FlatLayout;
  /** Byte offsets of the worker's regions: parameters, its own gradients, optimiser state. */
  readonly regions: readonly number[];
  /** Byte offsets of every worker's gradients. */
  readonly gradientRegions: readonly number[];
  /** The start of each worker's share, and the end. */
  readonly bounds: readonly number[];
  /** Each worker's part of the batch. */
  readonly weights: readonly number[];
  readonly inputs: readonly ShardInput[];
  /** The worker's rows of the batch. */
  readonly rows: { readonly first: number; readonly count: number };
  /** Gradients of the worker's rows, to be summed over workers. */
  readonly gradients: readonly PlacedOutput[];
  readonly factors: readonly SharedFactor[];
  /** Absent if the worker's share has no such gradient. */
  readonly products?: ShardProducts;
  /** Keys of the outputs that hold one number. */
  readonly scalars: readonly string[];
  readonly state: SharedState;
}

const PAGE = 65_536;

/** The sizes that decide the amount of shared memory. */
export interface SharedSizes {
  readonly shards: number;
  /** Outputs of a step that hold one number. */
  readonly scalars: number;
  /** Length of a region. */
  readonly length: number;
  /** Regions that a step works on: parameters, gradients, optimiser state. */
  readonly regions: number;
}

/** Allocates the shared memory, all zero. */
export function sharedState({ shards, scalars, length, regions }: SharedSizes): SharedState {
  const shared = (bytes: number) => new SharedArrayBuffer(bytes);
  const pages = Math.ceil(((regions + shards - 1) * length * BYTES) / PAGE);
  return {
    gate: openGate(shards),
    sequence: new Int32Array(shared(4)),
    commands: new Float64Array(shared(8 * vocabulary.ring * vocabulary.width)),
    finished: new Int32Array(shared(4 * shards)),
    meetings: new Int32Array(shared(4)),
    results: new Float64Array(shared(8 * shards * (scalars + 1))),
    memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }),
  };
}

/**
 * Byte offset of a region from a worker's view: workers share the parameters and the optimiser's state and have their
 * own gradients; in a worker's share these become sums over all workers.
 *
 * @param regions how many regions a step works on
 */
export function regionAt(region: number, shard: number, regions: number, length: number): number {
  return (region === GRADIENTS && shard > 0 ? regions + shard - 1 : region) * length * BYTES;
}
