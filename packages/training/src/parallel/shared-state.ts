// The memory that a step's threads share, and the words they use. Plain data: the worker (shard-worker.js) receives it as it is.
import { openGate, type SessionRecipe } from '@flowvae/compiler';
import { BYTES, type FlatLayout } from '../flat-layout.ts';
import type { Pass } from '../kernels.ts';

/** What workers are told to do; the arguments follow in the command. */
export const Command = {
  /** Loss and gradients of the rows; the share's gradients are summed over workers. */
  run: 1,
  /** A pass over the share: index of the pass, count of regions, regions, scalars. */
  sweep: 2,
  /** Makes the new parameters known to all. */
  commit: 3,
  /** Copies the share of a region into the first outbox. */
  read: 4,
  /** Takes a region out of the first outbox. */
  write: 5,
} as const;

/** How commands are written; handed to the workers, which cannot import it. */
export const vocabulary = {
  command: Command,
  /** Passes by the number that a command carries. */
  passes: ['adam', 'rmsprop', 'sgd', 'scale'] satisfies Pass[],
  /** Commands that can be under way at once. */
  ring: 64,
  /** Numbers in a command. */
  width: 32,
} as const;

/** Views of shared memory. */
export interface SharedState {
  /** Native code is entered through it. */
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
  /** The parameters, current after every commit. */
  readonly parameters: Float32Array;
  /** Each worker's gradients for the others; between steps, the first serves regions on their way in or out. */
  readonly outboxes: readonly Float32Array[];
}

/** An input of the step as one worker sees it. */
export interface ShardInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** The worker's rows, or the whole where the rows share it. */
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
  /** The output of the worker's graph that holds its rows. */
  readonly key: string;
  readonly columns: number;
  /** All rows. */
  readonly shared: Float32Array;
}

/** Gradients that each worker forms for its share from all rows of their factors. */
export interface ShardProducts {
  readonly recipe: SessionRecipe;
  readonly outputs: readonly PlacedOutput[];
}

/** Everything that a worker starts with. */
export interface ShardData {
  readonly vocabulary: typeof vocabulary;
  readonly shard: number;
  readonly shards: number;
  readonly recipe: SessionRecipe;
  readonly passesModule: WebAssembly.Module;
  readonly layout: FlatLayout;
  /** Regions of the flat buffer: parameters, gradients, optimiser state. */
  readonly regions: number;
  /** Where each worker's share begins, and the end. */
  readonly bounds: readonly number[];
  /** Each worker's part of the batch. */
  readonly weights: readonly number[];
  readonly inputs: readonly ShardInput[];
  /** The worker's rows of the batch. */
  readonly rows: { readonly first: number; readonly count: number };
  /** Gradients of the worker's rows, to be summed over workers. */
  readonly gradients: readonly PlacedOutput[];
  readonly factors: readonly SharedFactor[];
  /** Absent where the worker's share has no such gradient. */
  readonly products?: ShardProducts;
  /** Keys of the outputs that hold one number. */
  readonly scalars: readonly string[];
  readonly state: SharedState;
}

/** Allocates the shared memory for so many workers, scalars and parameters. */
export function sharedState(shards: number, scalars: number, length: number): SharedState {
  const shared = (bytes: number) => new SharedArrayBuffer(bytes);
  return {
    gate: openGate(shards),
    sequence: new Int32Array(shared(4)),
    commands: new Float64Array(shared(8 * vocabulary.ring * vocabulary.width)),
    finished: new Int32Array(shared(4 * shards)),
    meetings: new Int32Array(shared(4)),
    results: new Float64Array(shared(8 * shards * (scalars + 1))),
    parameters: new Float32Array(shared(BYTES * length)),
    outboxes: Array.from({ length: shards }, () => new Float32Array(shared(BYTES * length))),
  };
}
