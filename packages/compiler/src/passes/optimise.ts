// The order of the passes. Each is a pure function from graph to graph.
import type { Graph } from '../graph.ts';
import { fuseBias } from './bias.ts';
import { foldBroadcasts } from './broadcasts.ts';
import { shareCommonSubexpressions } from './common-subexpressions.ts';
import { removeDeadNodes } from './dead-nodes.ts';
import { foldReshapes } from './reshapes.ts';
import type { Pass } from './rewrite.ts';

const passes: readonly Pass[] = [foldReshapes, foldBroadcasts, shareCommonSubexpressions, fuseBias, removeDeadNodes];

/** Runs all passes. The result computes the same outputs from the same inputs. */
export function optimise(graph: Graph): Graph {
  return passes.reduce((current, pass) => pass(current), graph);
}
