// A step's rows spread over threads: each runs the graph on its part of the batch and updates its share of the parameters.
import { type Arrays, runCounter } from '@flowvae/compiler';
import { ExpectationError } from '@flowvae/tensor';
import { flatLayout, viewsOf } from '../flat-layout.ts';
import { assignVariables } from '../flat-parameters.ts';
import { stepValues } from '../gradient-step.ts';
import { GRADIENTS, PARAMETERS } from '../optimizer.ts';
import type { TrainingState, TrainingStateOptions } from '../training-state.ts';
import { Crew } from './crew.ts';
import { rowsOf, scalarsOf, shardGraphs, shardsOf, sharedInputs } from './shards.ts';
import { Command, sharedState, vocabulary } from './shared-state.ts';

/** What a parallel state needs beyond a local one. */
export interface ParallelStateOptions extends TrainingStateOptions {
  /** Inputs whose first axis is the batch; loss and terms are means over it. */
  readonly batchInputs: readonly string[];
}

/**
 * A data-parallel training state. Sums over threads are taken in a fixed order, so equal arguments give equal bytes for one number of threads.
 *
 * Every thread has all parameters and a session of its own for its rows. Thread i updates share i of the flat buffer: gradients of large
 * kernels, xᵀ·dy, it forms for its share from all rows of x and dy, which are smaller; other gradients are summed over threads. The new
 * parameters are exchanged. No thread waits for another inside a graph.
 */
export async function parallelState(options: ParallelStateOptions): Promise<TrainingState> {
  const { variables, inputShapes, batchInputs, threads } = options;
  const layout = flatLayout(variables);
  const rows = rowsOf(inputShapes[batchInputs[0]!]![0]!, threads);
  const graphs = shardGraphs(options, batchInputs, rows);
  const { nodes } = graphs.get(rows[0]!)!.recipe;
  const scalars = scalarsOf(graphs.get(rows[0]!)!);
  const state = sharedState(rows.length, scalars.length, layout.length);
  for (const [name, view] of Object.entries(viewsOf(layout, state.parameters))) view.set(variables[name]!.dataSync());
  const inputs = sharedInputs(inputShapes);
  const crew = await Crew.start(shardsOf({ layout, rows, graphs, inputs, state }, options, batchInputs), state);

  const exchange = state.outboxes[0]!;
  const width = scalars.length + 1;
  const total = (i: number) => rows.reduce((sum, _, shard) => sum + state.results[shard * width + i]!, 0);
  let norm = 0;
  // reads and writes share one exchange: each begins when the one before it is over
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(exchangeOnce: () => Promise<T>): Promise<T> => {
    const turn = last.then(exchangeOnce);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    async run(arrays: Arrays) {
      for (const [name, shared] of Object.entries(inputs)) fill(name, shared, arrays[name]);
      await crew.done(crew.give([Command.run]));
      runCounter.runs += rows.length;
      runCounter.nodes += rows.length * nodes;
      norm = Math.sqrt(total(scalars.length));
      return stepValues(Object.fromEntries(scalars.map(({ name }, i) => [name, [total(i)]])));
    },
    gradientNorm: () => norm,
    sweep(pass, regions, numbers) {
      crew.give([Command.sweep, vocabulary.passes.indexOf(pass), regions.length, ...regions, ...numbers]);
      if (pass === 'scale' && regions.includes(GRADIENTS)) norm *= numbers[0]!;
    },
    commit: () => void crew.give([Command.commit]),
    readRegion: (index) =>
      inTurn(async () => {
        await crew.done(crew.give([Command.read, index]));
        return viewsOf(layout, exchange.slice());
      }),
    writeRegion: (index, values) =>
      inTurn(async () => {
        await crew.settled();
        for (const [name, view] of Object.entries(viewsOf(layout, exchange))) view.set(values[name]!);
        if (index === PARAMETERS) state.parameters.set(exchange);
        await crew.done(crew.give([Command.write, index]));
      }),
    async writeVariables() {
      await crew.settled();
      assignVariables(variables, viewsOf(layout, state.parameters));
    },
    dispose: () => crew.dismiss(),
  };
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
