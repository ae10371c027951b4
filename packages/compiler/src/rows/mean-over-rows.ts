// Whether results are means over the rows of a batch; threads may then average their results for their rows.
import type { Graph, GraphNode, Value } from '../graph/graph.ts';
import { type Dependence, Dependences, mixed, rowsAt } from './dependence.ts';
import { rowCounts, type TracedRows } from './row-counts.ts';
import { axisOf, layoutOf } from './row-layout.ts';
import { rules } from './rules.ts';

/** The dependence of one result, transferred to another of the same rank: parts of a split tensor. */
function likewise(known: Dependences, dependence: Dependence, [first, other]: readonly [Value, Value]): Dependence {
  if (dependence.kind !== 'rows' || first === other) return dependence;
  const place = axisOf(dependence.layout, first.shape, known.batch);
  return place && first.shape.length === other.shape.length ? rowsAt(layoutOf(place, other.shape)) : mixed;
}

/**
 * Follows the rows of a batch through a graph whose batch inputs have a prime number of rows; the same function, traced
 * at another prime, shows which constants depend on the number of rows.
 *
 * It errs to one side: an output that it accepts is a mean over rows for all numbers; it may refuse some means.
 * @returns undefined if every output is a mean over rows of a function of each row; otherwise the operation at which
 * rows first meet
 */
export function rowsMeetAt(
  graphs: readonly [Graph, Graph],
  batchInputs: readonly string[],
  rows: TracedRows,
): string | undefined {
  const [graph] = graphs;
  const counts = rowCounts(graphs, rows);
  if (!counts) return 'operations that change with the number of rows';
  const known = new Dependences(graph, batchInputs, rows[0]);
  for (const [value, count] of counts) known.set(value, { kind: 'count', count });
  const reasons = new Map<unknown, GraphNode>();
  for (const node of graph.nodes) {
    if (node.inputs.every((value) => known.of(value).kind === 'fixed')) continue;
    const before = node.inputs.find((value) => known.of(value).kind === 'mixed');
    const dependence = before ? mixed : (rules.get(node.operator)?.(known, node) ?? mixed);
    const reason = dependence.kind === 'mixed' ? ((before && reasons.get(before)) ?? node) : undefined;
    for (const value of node.outputs) {
      known.set(value, likewise(known, dependence, [node.outputs[0]!, value]));
      if (reason) reasons.set(value, reason);
    }
  }
  for (const { name, value } of graph.outputs) {
    const { kind } = known.of(value);
    if (kind === 'fixed' || kind === 'mean') continue;
    const node = reasons.get(value);
    return node ? node.origin || node.operator : `output '${name}', which is no mean`;
  }
  return undefined;
}
