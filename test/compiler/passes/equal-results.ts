// Graphs before and after a pass, run on ordinary and on extreme numbers.
import { type Arrays, type Graph, printGraph, type Traceable } from '@flowvae/compiler';
import { expect } from 'vitest';
import { removeDeadNodes } from '../../../packages/compiler/src/passes/dead-nodes.ts';
import { foldReshapes } from '../../../packages/compiler/src/passes/reshapes.ts';
import type { Pass } from '../../../packages/compiler/src/passes/rewrite.ts';
import { Executable } from '../../../packages/compiler/src/sessions/executable.ts';
import { trace } from '../../../packages/compiler/src/tracing/trace.ts';

const extremes = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 3.4e38, -3.4e38, 1, -1, 88, -104, 1e-7, 17];

/** Fills every input: with numbers of size 1, or with those at which rules of real numbers fail. */
const arraysFor = (graph: Graph, isExtreme: boolean): Arrays =>
  Object.fromEntries(
    graph.inputs.map(({ name, value }, k) => {
      const length = value.shape.reduce((a, b) => a * b, 1);
      const number = (i: number) =>
        isExtreme ? extremes[(i * (2 * k + 1) + 3 * k) % extremes.length]! : Math.sin(3 * i + k) * 1.5;
      return [name, Float32Array.from({ length }, (_, i) => number(i))];
    }),
  );

/** Every output's numbers; −0 and 0 differ, NaN equals NaN. */
export async function resultsOf(graph: Graph, isExtreme: boolean): Promise<Record<string, number[]>> {
  const executable = await Executable.create(graph, { threads: 1 });
  const outputs = await executable.run(arraysFor(graph, isExtreme));
  await executable.dispose();
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, Array.from(values)]));
}

/** Requires that two graphs give the same numbers, bit for bit. */
export async function expectEqualResults(after: Graph, before: Graph): Promise<void> {
  for (const isExtreme of [false, true])
    expect(await resultsOf(after, isExtreme)).toEqual(await resultsOf(before, isExtreme));
}

/** Traces, applies a pass, drops dead nodes, and requires equal results. */
export async function rewritten(pass: Pass, fn: Traceable, shapes: Readonly<Record<string, readonly number[]>>) {
  const before = foldReshapes(trace(fn, shapes));
  const after = removeDeadNodes(pass(before));
  await expectEqualResults(after, before);
  return { before, after };
}

/** The lines of a printed graph that show nodes and outputs, without the origins. */
export const nodesOf = (graph: Graph): string =>
  printGraph(graph)
    .replace(/^inputs[\s\S]*?\nnodes\n?/, '')
    .replace(/ {2}\/\/ .*$/gm, '');
