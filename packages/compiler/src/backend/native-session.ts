// ONNX Runtime without waiting. The public `run` of onnxruntime-node calls its native library synchronously, one turn
// of the event loop later; `dist/binding.js` of the same package exports this library. Only this file uses it.
import { createRequire } from 'node:module';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../graph/graph.ts';
import { encodeModel, outputName } from '../graph/onnx-model.ts';
import { type OutputArray, runCounter } from '../sessions/executable.ts';
import { sessionOptions } from '../sessions/session-options.ts';

type Tensors = Record<string, OrtTensor>;

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: InferenceSession.SessionOptions): void;
  run(feeds: Tensors, fetches: Record<string, null>, options: object): Tensors;
  dispose(): void;
}

/** The exports of `onnxruntime-node/dist/binding.js`, as of 1.30. */
interface Binding {
  readonly initOrt: () => void;
  readonly binding: { readonly InferenceSession: new () => NativeSession };
}

/** The synchronous door to ONNX Runtime. */
export interface NativeRuntime {
  /** Creates a session for a graph and loads it. */
  create(graph: Graph, threads: number): NativeExecutable;
}

/** A graph bound to a native session. */
export interface NativeExecutable {
  /** Runs at once: arrays in the order of the graph's inputs, to arrays in the order of its outputs. */
  run(arrays: readonly OutputArray[]): OutputArray[];
  /** Frees the session's memory. */
  dispose(): void;
}

let loaded: NativeRuntime | string | undefined;

export const nativeRuntime = {
  /** Loads the native library once; after a failure, returns the first line of the reason. */
  load(): NativeRuntime | string {
    loaded ??= load();
    return loaded;
  },
};

function load(): NativeRuntime | string {
  try {
    const require = createRequire(import.meta.url);
    const { Tensor } = require('onnxruntime-node') as { Tensor: typeof OrtTensor };
    const { initOrt, binding } = require('onnxruntime-node/dist/binding.js') as Binding;
    initOrt();
    return { create: (graph, threads) => open(graph, new binding.InferenceSession(), Tensor, threads) };
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n')[0]!;
  }
}

function open(graph: Graph, session: NativeSession, Tensor: typeof OrtTensor, threads: number): NativeExecutable {
  const model = encodeModel(graph);
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, sessionOptions({ threads }));
  const fetches = Object.fromEntries(graph.outputs.map(({ name }) => [outputName(name), null]));
  return {
    run(arrays) {
      const feeds: Tensors = {};
      graph.inputs.forEach(({ name, value }, i) => {
        feeds[name] = new Tensor(value.type, arrays[i]!, value.shape);
      });
      const results = session.run(feeds, fetches, {});
      runCounter.runs++;
      runCounter.nodes += graph.nodes.length;
      return graph.outputs.map(({ name }) => results[outputName(name)]!.data as OutputArray);
    },
    dispose: () => session.dispose(),
  };
}
