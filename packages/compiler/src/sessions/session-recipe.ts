// The data with which another thread runs a graph: plain data, no functions.
import type { Graph, Named, ValueType } from '../graph/graph.ts';
import { outputName } from '../graph/onnx-model.ts';
import { type StageRecipes, stageRecipes } from '../stages/stage-recipes.ts';
import { sessionOptions } from './session-options.ts';
import { workerModules } from './worker-modules.ts';

/** An input or output under the session's name for it. */
export interface Port {
  readonly name: string;
  /** The session's name; differs from `name` for outputs. */
  readonly key: string;
  readonly shape: readonly number[];
  readonly type: ValueType;
}

/** How a session is made. */
export interface SessionChoices {
  /** Cores that one run may use. */
  readonly threads: number;
  /** Every run gets an array for each output and copies nothing. */
  readonly inPlace?: boolean;
  /** Runs take less memory, at a few more calls of the allocator. Default false. */
  readonly isSmall?: boolean;
  /** A graphics card computes; the graph is in its form. Default false. */
  readonly isOnDevice?: boolean;
}

/** Enough to create a session of ONNX Runtime in another thread. Structured-cloneable. */
export interface SessionRecipe extends StageRecipes {
  /** URL of the module onnxruntime-node. */
  readonly runtime: string;
  /** URL of the module that runs stages (runner.js). */
  readonly runner: string;
  readonly options: ReturnType<typeof sessionOptions>;
  /** Inputs and variables. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Nodes of the graph. */
  readonly nodes: number;
}

const portOf = (key: (name: string) => string) => (named: Named) => ({
  name: named.name,
  key: key(named.name),
  shape: named.value.shape,
  type: named.value.type,
});

/** Describes a session for a graph whose outputs are float32. */
export function sessionRecipe(graph: Graph, { threads, inPlace = false, isSmall }: SessionChoices): SessionRecipe {
  return {
    ...workerModules(),
    ...stageRecipes(graph, inPlace),
    options: sessionOptions({ threads, ...(isSmall === undefined ? {} : { isSmall }) }),
    inputs: [...graph.inputs, ...graph.variables].map(portOf((name) => name)),
    outputs: graph.outputs.map(portOf(outputName)),
    nodes: graph.nodes.length,
  };
}
