// A graph, ready to run in this thread of a page: by the executor, which needs no further file, or by onnxruntime-web
// where the executor lacks an operator.
import { openProgram } from '../executor/executor.ts';
import { canExecute } from '../executor/modules.ts';
import { programOf } from '../executor/program.ts';
import {
  type openGraph as inNode,
  type OpenGraph,
  openGraph as openSession,
  whyNotCompiled as whyNoSession,
} from '../sessions/open-graph.ts';

export const openGraph: typeof inNode = async (graph, choices) => {
  if (choices.isOnDevice || !canExecute()) return openSession(graph, choices);
  const threads = globalThis.crossOriginIsolated ? choices.threads : 1;
  const program = programOf(graph, threads);
  if (typeof program === 'string') return openSession(graph, choices);
  const session = await openProgram(program, program.threads > 1);
  return { session, Tensor: PlainTensor as unknown as OpenGraph['Tensor'] };
};

/** An array under its type and shape, which the executor knows from the graph. */
class PlainTensor {
  readonly data: unknown;

  constructor(_type: string, data: unknown, _shape: readonly number[]) {
    this.data = data;
  }
}

export const whyNotCompiled: typeof whyNoSession = async () => (canExecute() ? undefined : whyNoSession());
