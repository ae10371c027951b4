// Runs pure functions on plain arrays, on the requested engine, for evaluation.
import { type Arrays, type InputShapes, type Traceable, traceGraph } from '@flowvae/compiler';
import { chooseEngine, type EngineChoice } from '../engines/choose-engine.ts';
import type { Engine, EngineOptions, FunctionsRunner, OpenFunction } from '../engines/engine.ts';
import { assigningNothing } from '../memory/non-trainable.ts';
import { tracedRowsWithin } from './run-size.ts';

/** How a function is run. */
export interface RunnerOptions extends EngineOptions {
  /** Default `'compiled'`; if the engine cannot be used, the next that can runs it. */
  readonly engine?: EngineChoice;
}

/** A function of arrays. */
export interface FunctionRunner extends Omit<FunctionsRunner<never>, 'run' | 'rowsWithin'> {
  rowsWithin(most: number, shapesOf: (rows: number) => InputShapes): number;
  run(arrays: Arrays, shapes: InputShapes): Promise<Arrays>;
}

/** Prepares a function; it is traced once for each set of shapes. See {@link functionsRunner}. */
export const functionRunner = async (fn: Traceable, options: RunnerOptions): Promise<FunctionRunner> =>
  single(await functionsRunner({ fn }, options));

const single = ({ run, rowsWithin, ...runner }: FunctionsRunner<'fn'>): FunctionRunner => ({
  ...runner,
  rowsWithin: (most, shapesOf) => rowsWithin('fn', most, shapesOf),
  run: (arrays, shapes) => run('fn', arrays, shapes),
});

/**
 * Prepares several functions that share threads, one core for each run; the variables must keep their values until the
 * runner is disposed.
 */
export async function functionsRunner<Name extends string>(
  given: Readonly<Record<Name, Traceable>>,
  options: RunnerOptions,
): Promise<FunctionsRunner<Name>> {
  const { engine } = await chooseEngine(options.engine);
  const functions = unassigning(given);
  return engine.spread?.(functions, options) ?? inTurn(engine, functions, options);
}

/**
 * Prepares a function whose runs each use all threads, with the variables' values at the time of the run; runs take
 * turns.
 */
export async function turnRunner(fn: Traceable, options: RunnerOptions): Promise<FunctionRunner> {
  const { engine } = await chooseEngine(options.engine);
  return single(inTurn(engine, unassigning({ fn }), options));
}

const unassigning = <Name extends string>(functions: Readonly<Record<Name, Traceable>>) =>
  Object.fromEntries(
    Object.entries<Traceable>(functions).map(([name, fn]) => [name, assigningNothing(fn)]),
  ) as Readonly<Record<Name, Traceable>>;

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

/** One run after the other, at any shapes. */
function inTurn<Name extends string>(
  engine: Engine,
  functions: Readonly<Record<Name, Traceable>>,
  { variables = {}, threads = 1 }: EngineOptions,
): FunctionsRunner<Name> {
  const opened = new Map<string, Promise<OpenFunction>>();
  return {
    width: 1,
    rowsWithin: (name, most, shapesOf) =>
      tracedRowsWithin(most, (rows) => traceGraph(functions[name], shapesOf(rows), { variables })),
    async run(name, arrays, shapes) {
      const copies = Object.entries(arrays).map(([input, array]) => [input, array.slice()] as const);
      const key = JSON.stringify([name, shapes]);
      const open = opened.get(key) ?? engine.open(functions[name], shapes, { variables, threads });
      opened.set(key, open);
      return (await open).run(Object.fromEntries(copies));
    },
    async dispose() {
      // a function that could not be opened holds nothing
      const open = await Promise.allSettled(opened.values());
      await Promise.all(open.map((each) => each.status === 'fulfilled' && each.value.dispose()));
      opened.clear();
    },
  };
}
