// A step's rows spread over threads: each runs the graph on its part of the batch and updates its share of the
// parameters.
import { type Arrays, runCounter } from '@flowvae/compiler';
import { ExpectationError } from '@flowvae/tensor';
import { carryOut, type OptimizerTarget } from '../memory/carry-out.ts';
import { BYTES, flatLayout, viewsOf } from '../memory/flat-layout.ts';
import { assignVariables } from '../memory/flat-parameters.ts';
import { nonTrainableOf, trainableOf } from '../memory/non-trainable.ts';
import { FIRST_SLOT, GRADIENTS, PARAMETERS, type Update } from '../memory/optimizer.ts';
import type { TrainingState, TrainingStateOptions } from '../memory/training-state.ts';
import { stepValues } from '../steps/gradient-step.ts';
import { Crew } from './crew.ts';
import { boundsOf, rowsOf, scalarsOf, shapesOf, shardGraphs, shardsOf, sharedInputs } from './shards.ts';
import { Command, regionAt, sharedState, vocabulary } from './shared-state.ts';

/** Options of a parallel state besides those of a local one. */
export interface ParallelStateOptions extends TrainingStateOptions {
  /** Inputs whose first axis is the batch; loss and terms are means over it. */
  readonly batchInputs: readonly string[];
}

/**
 * A data-parallel training state. Sums over threads are taken in a fixed order, so equal arguments give equal bytes for
 * one number of threads.
 *
 * All threads work in one shared memory, each with its own session for its rows. Thread i updates share i of the flat
 * buffer. It forms gradients of large kernels, xᵀ·dy, for its share from all rows of x and dy; other gradients are
 * summed over threads. No thread waits for another inside a graph, and nothing is copied from thread to thread.
 *
 * @returns the reason if the rows must stay together
 */
export async function parallelState(options: ParallelStateOptions): Promise<TrainingState | string> {
  const { variables, inputShapes, batchInputs, threads, slots } = options;
  const layout = flatLayout(trainableOf(variables));
  const rows = rowsOf(inputShapes[batchInputs[0]!]![0]!, threads);
  const graphs = shardGraphs(options, batchInputs, rows);
  if (typeof graphs === 'string') return graphs;
  const graph = graphs.get(rows[0]!)!;
  const scalars = scalarsOf(graph);
  const bounds = boundsOf(layout, rows.length, graph);
  const regions = FIRST_SLOT + slots;
  const state = sharedState({ shards: rows.length, scalars: scalars.length, length: layout.length, regions });
  const piece = (region: number, shard: number, [from, to]: readonly [number, number]) =>
    new Float32Array(state.memory.buffer, regionAt(region, shard, regions, layout.length) + from * BYTES, to - from);
  /** A region's pieces, and their places in the flat buffer: gradients lie apart by shares, the others are whole. */
  const pieces = (region: number): readonly (readonly [Float32Array, number])[] =>
    region === GRADIENTS
      ? rows.map((_, shard) => [piece(region, shard, [bounds[shard]!, bounds[shard + 1]!]), bounds[shard]!])
      : [[piece(region, 0, [0, layout.length]), 0]];
  const inputs = sharedInputs(inputShapes);
  const others = sharedInputs(shapesOf(nonTrainableOf(variables)));
  const parameters = { ...viewsOf(layout, new Float32Array(state.memory.buffer, 0, layout.length)), ...others };
  for (const [name, view] of Object.entries(parameters)) view.set(variables[name]!.dataSync());
  const division = { layout, rows, bounds, graphs, inputs: { ...inputs, ...others }, state };
  const crew = await Crew.start(shardsOf(division, options, batchInputs), state);

  const width = scalars.length + 1;
  const total = (i: number) => rows.reduce((sum, _, shard) => sum + state.results[shard * width + i]!, 0);
  let norm = 0;
  let waiting: Update = [];
  const target: OptimizerTarget = {
    gradientNorm: () => norm,
    sweep(pass, regions, numbers) {
      crew.give([Command.sweep, vocabulary.passes.indexOf(pass), regions.length, ...regions, ...numbers]);
      if (pass === 'scale' && regions.includes(GRADIENTS)) norm *= numbers[0]!;
    },
  };
  return {
    async run(arrays: Arrays, update: Update) {
      waiting = update;
      for (const [name, shared] of Object.entries(inputs)) fill(name, shared, arrays[name]);
      await crew.done(crew.give([Command.run]));
      runCounter.runs += rows.length;
      runCounter.nodes += rows.length * graph.recipe.nodes;
      norm = Math.sqrt(total(scalars.length));
      return stepValues(Object.fromEntries(scalars.map(({ name }, i) => [name, [total(i)]])));
    },
    gradientNorm: () => norm,
    assigned: () => ({}),
    commit() {
      carryOut(waiting, target);
      waiting = [];
      crew.give([Command.commit]);
    },
    async readRegion(index) {
      await crew.settled();
      return { ...viewsOf(layout, joined(pieces(index), layout.length)), ...(index === PARAMETERS ? others : {}) };
    },
    async writeRegion(index, values) {
      await crew.settled();
      const region = new Float32Array(layout.length);
      for (const [name, view] of Object.entries(viewsOf(layout, region))) view.set(values[name]!);
      for (const [part, from] of pieces(index)) part.set(region.subarray(from, from + part.length));
      if (index === PARAMETERS) for (const [name, view] of Object.entries(others)) view.set(values[name]!);
    },
    async writeVariables() {
      await crew.settled();
      assignVariables(variables, parameters);
    },
    dispose: () => crew.dismiss(),
  };
}

/** Pieces as one array: a single one is not copied. */
function joined(pieces: readonly (readonly [Float32Array, number])[], length: number): Float32Array {
  if (pieces.length === 1) return pieces[0]![0];
  const whole = new Float32Array(length);
  for (const [part, from] of pieces) whole.set(part, from);
  return whole;
}

function fill(name: string, shared: Float32Array, array: Float32Array | undefined): void {
  if (array?.length !== shared.length) {
    throw new ExpectationError({
      where: `fit: input '${name}'`,
      expected: `${shared.length} float32 values`,
      received: array ? `${array.length}` : 'nothing',
    });
  }
  shared.set(array);
}
