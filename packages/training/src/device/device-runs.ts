// Independent runs of functions on a graphics card, one after the other, with the variables' values on the card.
import {
  type Arrays,
  Executable,
  embedVariables,
  type Graph,
  type InputShapes,
  peakBytes,
  type Traceable,
  traceGraph,
} from '@flowvae/compiler';
import type { EngineOptions, FunctionsRunner } from '../engines/engine.ts';
import { rowsWithin } from '../steps/run-size.ts';

/**
 * Limit on the bytes of one run's values. A device is fast on large arrays, and WebGPU guarantees 128 MiB to one of
 * them.
 */
const RUN_BYTES = 128 * 2 ** 20;

/** Runs that wait, so that arrays are made while the device computes. */
const WIDTH = 2;

/** Prepares functions with the variables' current values; each is traced once for each set of shapes. */
export async function deviceRuns<Name extends string>(
  functions: Readonly<Record<Name, Traceable>>,
  { variables = {} }: EngineOptions,
): Promise<FunctionsRunner<Name>> {
  const held = Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, variable.dataSync<'float32'>().slice()]),
  );
  const graphs = new Map<string, Graph>(); // traced, and no session yet
  const sessions = new Map<string, Promise<Executable>>();
  const graphOf = (name: Name, shapes: InputShapes): Graph => {
    const key = JSON.stringify([name, shapes]);
    const graph = graphs.get(key) ?? traceGraph(functions[name], shapes, { variables, isForDevice: true });
    graphs.set(key, graph);
    return graph;
  };
  const sessionOf = (name: Name, shapes: InputShapes): Promise<Executable> => {
    const key = JSON.stringify([name, shapes]);
    const session =
      sessions.get(key) ??
      Executable.create(embedVariables(graphOf(name, shapes), held), { threads: 1, isOnDevice: true });
    sessions.set(key, session);
    graphs.delete(key);
    return session;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    width: WIDTH,
    rowsWithin: (name, most, shapesOf) =>
      rowsWithin(most, (rows) => peakBytes(graphOf(name, shapesOf(rows))), RUN_BYTES),
    run(name, arrays, shapes) {
      const copies: Arrays = Object.fromEntries(Object.entries(arrays).map(([input, array]) => [input, array.slice()]));
      const run = last.then(async () => (await sessionOf(name, shapes)).run(copies));
      last = run.catch(() => {}); // the next run is independent of this one
      return run;
    },
    async dispose() {
      await last;
      const open = await Promise.allSettled(sessions.values());
      await Promise.all(open.map((session) => session.status === 'fulfilled' && session.value.dispose()));
    },
  };
}
