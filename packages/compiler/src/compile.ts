// Compiles a tfjs function: traced once for each set of shapes, then cached.
import { ExpectationError, type NamedVariables } from '@flowvae/tensor';
import { forDevice } from './device/for-device.ts';
import type { ExportShapes } from './export/shapes.ts';
import { type OnnxOptions, toOnnx } from './export/to-onnx.ts';
import type { Graph } from './graph/graph.ts';
import { optimise } from './passes/optimise.ts';
import { Executable } from './sessions/executable.ts';
import { LeastRecentlyUsed, promised } from './sessions/least-recently-used.ts';
import { type InputShapes, type Traceable, type TraceOptions, trace } from './tracing/trace.ts';

/** Options of {@link compile}. */
export interface CompileOptions {
  /**
   * Variables that the function reads: they become inputs of the graph under these names. Other variables are frozen
   * into the graph.
   */
  readonly variables?: NamedVariables;
  /** Cores that one run may use. Default 1. */
  readonly threads?: number;
  /** Every run gets an array for each output and copies nothing: faster by a fifth for large outputs. Default false. */
  readonly inPlace?: boolean;
  /** Runs on a graphics card, by ONNX Runtime's WebGPU provider; see `findDevice`. Default false. */
  readonly onDevice?: boolean;
  /**
   * Sets of shapes whose sessions are kept, each with its own memory. Default 16. A further set frees the least
   * recently used executable, after its current runs; this executable cannot run again, and `specialise` makes a new
   * one.
   */
  readonly cacheSize?: number;
}

/** A compiled function: one executable for each set of input shapes, the `cacheSize` used last. */
export interface Compiled {
  /** Traces, optimises and creates a session, unless one is kept for these shapes. */
  specialise(shapes: InputShapes): Promise<Executable>;
  /**
   * The function as a self-contained ONNX file, for ONNX Runtime in any language and in browsers. It includes the
   * variables' values; a named axis, as in `{ x: ['batch', 784] }`, takes any size. See the package's page.
   */
  toOnnx(shapes: ExportShapes, options?: OnnxOptions): Promise<Uint8Array>;
  /** Frees all sessions, after their current runs. Rejects if a session could not be freed, now or earlier. */
  dispose(): Promise<void>;
}

/**
 * The optimised graph of a function at given shapes, without a session; `printGraph` shows it. Pure ONNX by default;
 * the graphs that `compile` runs may hold kernels of our own.
 */
export function traceGraph(fn: Traceable, shapes: InputShapes, options: TraceOptions = {}): Graph {
  const graph = optimise(trace(fn, shapes, options));
  return options.isForDevice ? forDevice(graph) : graph;
}

/**
 * Compiles a pure tfjs function, gradients included, to ONNX Runtime.
 *
 * @param fn named tensors to named tensors; it may call `tf.variableGrads`. It must not read values or draw random
 * numbers. If it assigns a value to a variable `w` of `variables`, this value comes out as `assigned:w`; the variable
 * itself keeps its values.
 * @example
 * const square = compile(({ x }) => ({ y: tf.square(x) }));
 * const run = await square.specialise({ x: [3] });
 * (await run.run({ x: new Float32Array([1, 2, 3]) })).y; // 1, 4, 9
 */
export function compile(
  fn: Traceable,
  { variables = {}, threads = 1, inPlace = false, onDevice = false, cacheSize = 16 }: CompileOptions = {},
): Compiled {
  checkCacheSize(cacheSize);
  const traceOptions = { variables, ...(onDevice ? { isForDevice: true } : { ownKernels: true }) };
  // a device's outputs are copied anyway
  const choices = { threads, inPlace: inPlace && !onDevice, isOnDevice: onDevice };
  const freeing = new Set<Promise<void>>();
  const executables = new LeastRecentlyUsed<Promise<Executable>>(cacheSize, (created) => {
    const freed = disposeOf(created);
    freeing.add(freed);
    freed.then(
      () => freeing.delete(freed),
      () => {}, // stays, for dispose() to say
    );
  });
  return {
    specialise(shapes) {
      const key = JSON.stringify(Object.entries(shapes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const onRun = () => void executables.use(key);
      // If tracing throws, the promise rejects.
      return promised(executables, key, async () =>
        Executable.create(traceGraph(fn, shapes, traceOptions), choices, onRun),
      );
    },
    toOnnx: (shapes, options) => toOnnx({ fn, variables }, shapes, options),
    async dispose() {
      executables.clear();
      await Promise.all(freeing);
    },
  };
}

/** Frees an executable; a failed one holds nothing. */
const disposeOf = (created: Promise<Executable>): Promise<void> =>
  created.then(
    (executable) => executable.dispose(),
    () => {},
  );

function checkCacheSize(size: number): void {
  if (Number.isInteger(size) && size > 0) return;
  throw new ExpectationError({
    where: 'compile: cacheSize',
    expected: 'a whole number from 1 up',
    received: `${size}`,
  });
}
