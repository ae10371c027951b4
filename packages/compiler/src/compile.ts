// From a tfjs function to something that runs fast: traced once for each set of shapes, then kept.
import type { NamedVariables } from '@flowvae/tensor';
import { Executable } from './executable.ts';
import type { Graph } from './graph.ts';
import { optimise } from './passes/optimise.ts';
import { type InputShapes, type Traceable, trace } from './trace.ts';

/** Options of {@link compile}. */
export interface CompileOptions {
  /** Variables that the function reads: they become inputs of the graph under these names. Others are frozen into it. */
  readonly variables?: NamedVariables;
  /** Cores that one run may use. Default 1. */
  readonly threads?: number;
  /** Every run is given an array for each output and copies nothing: faster by a fifth where outputs are large. Default false. */
  readonly inPlace?: boolean;
}

/** A compiled function: one executable for each set of input shapes that was asked for. */
export interface Compiled {
  /** Traces, optimises and creates a session, unless that was done for these shapes before. */
  specialise(shapes: InputShapes): Promise<Executable>;
  /** Frees all sessions. */
  dispose(): Promise<void>;
}

/** The optimised graph of a function at given shapes, without a session; `printGraph` shows it. */
export function traceGraph(fn: Traceable, shapes: InputShapes, variables: NamedVariables = {}): Graph {
  return optimise(trace(fn, shapes, variables));
}

/**
 * Compiles a pure tfjs function, gradients included, to ONNX Runtime.
 *
 * @param fn named tensors to named tensors; it may call `tf.variableGrads`. It must not read values or draw random numbers.
 * @example
 * const square = compile(({ x }) => ({ y: tf.square(x) }));
 * const run = await square.specialise({ x: [3] });
 * (await run.run({ x: new Float32Array([1, 2, 3]) })).y; // 1, 4, 9
 */
export function compile(
  fn: Traceable,
  { variables = {}, threads = 1, inPlace = false }: CompileOptions = {},
): Compiled {
  const executables = new Map<string, Promise<Executable>>();
  return {
    specialise(shapes) {
      const key = JSON.stringify(Object.entries(shapes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const known = executables.get(key);
      if (known) return known;
      // A function that throws while it is traced rejects, and is tried anew at the next call.
      const created = Promise.resolve().then(() =>
        Executable.create(traceGraph(fn, shapes, variables), { threads, inPlace }),
      );
      executables.set(key, created);
      created.catch(() => executables.delete(key));
      return created;
    },
    async dispose() {
      const all = [...executables.values()];
      executables.clear();
      await Promise.all(
        all.map((created) =>
          created.then(
            (executable) => executable.dispose(),
            () => {},
          ),
        ),
      );
    },
  };
}
