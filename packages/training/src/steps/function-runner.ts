// Runs a pure function on plain arrays, compiled where that is possible: what evaluation needs and training has of its own.
import {
  type Arrays,
  arrayLending,
  type Graph,
  type InputShapes,
  loadRuntime,
  peakBytes,
  SessionPool,
  sessionRecipe,
  type Traceable,
  traceGraph,
} from '@flowvae/compiler';
import { type NamedVariables, tf } from '@flowvae/tensor';
import { assigningNothing } from '../memory/non-trainable.ts';
import type { Engine } from './gradient-step.ts';
import { rowsWithin, tracedRowsWithin } from './run-size.ts';

/** How a function is run. */
export interface RunnerOptions {
  /** Variables that the function reads; the values that they have now are used. */
  readonly variables?: NamedVariables;
  /** Default `'compiled'`; where ONNX Runtime cannot be loaded, the function runs eagerly. */
  readonly engine?: Engine;
  /** Threads that runs are spread over, each on one core: results do not depend on it. Default 1. */
  readonly threads?: number;
}

/** Functions of arrays, by name. */
export interface FunctionsRunner<Name extends string> {
  /** Runs that are worth having under way at once. */
  readonly width: number;
  /** The most rows, up to `most`, that a run computes within {@link RUN_BYTES}; at least 1. */
  rowsWithin(name: Name, most: number, shapesOf: (rows: number) => InputShapes): number;
  /** The arrays may change as soon as it returns. */
  run(name: Name, arrays: Arrays, shapes: InputShapes): Promise<Arrays>;
  dispose(): Promise<void>;
}

/** A function of arrays. */
export interface FunctionRunner extends Omit<FunctionsRunner<never>, 'run' | 'rowsWithin'> {
  rowsWithin(most: number, shapesOf: (rows: number) => InputShapes): number;
  run(arrays: Arrays, shapes: InputShapes): Promise<Arrays>;
}

/** Runs waiting at each thread, so that none is ever idle. */
const RUNS_PER_THREAD = 3;

/** Prepares a function; it is traced once for each set of shapes. */
export async function functionRunner(fn: Traceable, options: RunnerOptions): Promise<FunctionRunner> {
  const { run, rowsWithin, ...runner } = await functionsRunner({ fn }, options);
  return {
    ...runner,
    rowsWithin: (most, shapesOf) => rowsWithin('fn', most, shapesOf),
    run: (arrays, shapes) => run('fn', arrays, shapes),
  };
}

/** Prepares several functions that share threads; each is traced once for each set of shapes. */
export async function functionsRunner<Name extends string>(
  given: Readonly<Record<Name, Traceable>>,
  options: RunnerOptions,
): Promise<FunctionsRunner<Name>> {
  const guarded = Object.entries<Traceable>(given).map(([name, fn]) => [name, assigningNothing(fn)]);
  const functions: Readonly<Record<Name, Traceable>> = Object.fromEntries(guarded);
  const { variables = {}, engine = 'compiled', threads = 1 } = options;
  if (engine === 'eager' || typeof (await loadRuntime()) === 'string') return eagerRunner(functions, variables);
  const lend = await arrayLending();
  const held = Object.entries(variables).map(
    ([name, variable]) => [name, variable.dataSync() as Float32Array] as const,
  );
  const values = Object.fromEntries(held.map(([name, array]) => [name, lend?.(array) ?? array.slice()]));
  const pool = new SessionPool(threads); // last: its threads keep the process alive until they are told to end
  const sessions = new Map<string, number>();
  const graphs = new Map<string, Graph>(); // traced, and no session yet
  const keyOf = (name: Name, shapes: InputShapes) => JSON.stringify([name, shapes]);
  const graphOf = (name: Name, shapes: InputShapes): Graph => {
    const key = keyOf(name, shapes);
    const graph = graphs.get(key) ?? traceGraph(functions[name], shapes, variables);
    graphs.set(key, graph);
    return graph;
  };
  const sessionFor = (name: Name, shapes: InputShapes): number => {
    const key = keyOf(name, shapes);
    const session =
      sessions.get(key) ?? pool.add(sessionRecipe(graphOf(name, shapes), { threads: 1, isSmall: true }), values);
    sessions.set(key, session);
    graphs.delete(key);
    return session;
  };
  return {
    width: RUNS_PER_THREAD * threads,
    rowsWithin: (name, most, shapesOf) => rowsWithin(most, (rows) => peakBytes(graphOf(name, shapesOf(rows)))),
    run: async (name, arrays, shapes) => pool.run(sessionFor(name, shapes), arrays),
    async dispose() {
      await pool.dispose();
      held.length = 0; // until then threads read what was lent to them
    },
  };
}

/**
 * Runs jobs with several under way; yields their results in order.
 *
 * @param start begins a job at once
 */
export async function* inOrder<Job, Result>(
  jobs: Iterable<Job>,
  width: number,
  start: (job: Job) => Promise<Result>,
): AsyncGenerator<readonly [Job, Result]> {
  const started: { readonly job: Job; readonly result: Promise<Result> }[] = [];
  for (const job of jobs) {
    const result = start(job);
    result.catch(() => {}); // awaited in its turn
    started.push({ job, result });
    if (started.length < width) continue;
    const first = started.shift()!;
    yield [first.job, await first.result];
  }
  for (const { job, result } of started) yield [job, await result];
}

function eagerRunner<Name extends string>(
  functions: Readonly<Record<Name, Traceable>>,
  variables: NamedVariables,
): FunctionsRunner<Name> {
  return {
    width: 1,
    rowsWithin: (name, most, shapesOf) =>
      tracedRowsWithin(most, (rows) => traceGraph(functions[name], shapesOf(rows), variables)),
    async run(name, arrays, shapes) {
      // what the function returns may be a variable or a tensor of its surroundings, which is not ours to free, or the given array itself
      let read: Arrays = {};
      tf.tidy(() => {
        const tensors = Object.entries(shapes).map(([input, shape]) => [input, tf.tensor(arrays[input]!, [...shape])]);
        const outputs = Object.entries(functions[name](Object.fromEntries(tensors)));
        read = Object.fromEntries(outputs.map(([output, tensor]) => [output, tensor.dataSync<'float32'>().slice()]));
      });
      return read;
    },
    dispose: async () => {},
  };
}
