// Independent runs of compiled functions, each on one of several threads.
import {
  arrayLending,
  embedVariables,
  type Graph,
  type InputShapes,
  peakBytes,
  SessionPool,
  sessionRecipe,
  type Traceable,
  traceGraph,
} from '@flowvae/compiler';
import { rowsWithin } from '../steps/run-size.ts';
import type { EngineOptions, FunctionsRunner } from './engine.ts';

type Fixed = Parameters<SessionPool['add']>[1];

/** Runs waiting at each thread, so that no thread is idle. */
const RUNS_PER_THREAD = 3;

/**
 * The most bytes of variables that are built into graphs. Each thread keeps those twice, in its model and as ONNX
 * Runtime arranges them for its kernels, while larger variables are one copy for all threads; and sessions take longer
 * to make. Networks with convolutions, which alone gain by it, are mostly below.
 */
const MOST_EMBEDDED = 16 * 2 ** 20;

const hasConvolutions = ({ nodes }: Graph): boolean => nodes.some(({ operator }) => /^Conv/.test(operator));

/**
 * Prepares functions that share threads, with the variables' current values; each is traced once for each set of
 * shapes.
 */
export async function spreadRuns<Name extends string>(
  functions: Readonly<Record<Name, Traceable>>,
  { variables = {}, threads = 1, embedsVariables = false }: EngineOptions,
): Promise<FunctionsRunner<Name>> {
  const lend = await arrayLending();
  const held = Object.entries(variables).map(
    ([name, variable]) => [name, variable.dataSync() as Float32Array] as const,
  );
  const isSmall = held.reduce((bytes, [, { byteLength }]) => bytes + byteLength, 0) <= MOST_EMBEDDED;
  const embeds = (graph: Graph) => embedsVariables && isSmall && hasConvolutions(graph);
  let lent: Fixed | undefined;
  const values = (): Fixed => {
    lent ??= Object.fromEntries(held.map(([name, array]) => [name, lend?.(array) ?? array.slice()]));
    return lent;
  };
  const pool = new SessionPool(threads); // last: its threads keep the process alive until they are ended
  const sessions = new Map<string, number>();
  const graphs = new Map<string, Graph>(); // traced, and no session yet
  const keyOf = (name: Name, shapes: InputShapes) => JSON.stringify([name, shapes]);
  const graphOf = (name: Name, shapes: InputShapes): Graph => {
    const key = keyOf(name, shapes);
    const graph = graphs.get(key) ?? traceGraph(functions[name], shapes, { variables });
    graphs.set(key, graph);
    return graph;
  };
  const sessionFor = (name: Name, shapes: InputShapes): number => {
    const key = keyOf(name, shapes);
    const session = sessions.get(key) ?? open(graphOf(name, shapes));
    sessions.set(key, session);
    graphs.delete(key);
    return session;
  };
  const open = (graph: Graph): number => {
    const choices = { threads: 1, isSmall: true };
    return embeds(graph)
      ? pool.add(sessionRecipe(embedVariables(graph, Object.fromEntries(held)), choices), {})
      : pool.add(sessionRecipe(graph, choices), values());
  };
  return {
    width: RUNS_PER_THREAD * threads,
    rowsWithin: (name, most, shapesOf) => rowsWithin(most, (rows) => peakBytes(graphOf(name, shapesOf(rows)))),
    run: async (name, arrays, shapes) => pool.run(sessionFor(name, shapes), arrays),
    async dispose() {
      await pool.dispose();
      held.length = 0; // until then threads read the lent arrays
    },
  };
}
