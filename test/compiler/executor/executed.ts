// A graph by the executor of pages, in Node: every build and number of threads that a test asks for.
import type { Arrays, Graph } from '@flowvae/compiler';
import { openProgram } from '../../../packages/compiler/src/executor/executor.ts';
import { programOf } from '../../../packages/compiler/src/executor/program.ts';
import { outputName } from '../../../packages/compiler/src/graph/onnx-model.ts';
import type { OutputArray } from '../../../packages/compiler/src/sessions/executable.ts';

/**
 * All outputs by name, or the first operator that the executor lacks.
 *
 * @param threads their parts run one after the other here; all work is shared, however small
 */
export async function executed(
  graph: Graph,
  arrays: Arrays,
  threads = 1,
): Promise<Readonly<Record<string, OutputArray>> | string> {
  const program = programOf(graph, threads, threads > 1 ? 0 : undefined);
  if (typeof program === 'string') return program;
  const session = await openProgram(program);
  const results = await session.run(
    Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, { data }])),
    {},
  );
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, results[outputName(name)]!.data]));
}

/** The largest difference of each output, relative to its largest element; infinite for another type, size or NaN. */
export function apart(
  results: Readonly<Record<string, OutputArray>>,
  expected: typeof results,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(expected).map(([name, want]) => {
      const got = results[name]!;
      if (got.constructor !== want.constructor || got.length !== want.length) return [name, Number.POSITIVE_INFINITY];
      const size = Math.max(1e-30, ...Array.from(want, (x) => (Number.isFinite(x) ? Math.abs(x) : 0)));
      const differences = Array.from(want, (x, i) =>
        Object.is(x, got[i]) || x === got[i] ? 0 : Math.abs(x - got[i]!),
      );
      const most = differences.reduce((a, b) => (b <= a ? a : Number.isNaN(b) ? Number.POSITIVE_INFINITY : b), 0);
      return [name, most / size];
    }),
  );
}
