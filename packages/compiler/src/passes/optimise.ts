// The order of the passes. Each is a pure function from graph to graph.
import type { Graph } from '../graph.ts';
import { fuseBias } from './bias.ts';
import { foldBroadcasts } from './broadcasts.ts';
import { shareCommonSubexpressions } from './common-subexpressions.ts';
import { foldConstants } from './constants.ts';
import { removeDeadNodes } from './dead-nodes.ts';
import { foldPieces } from './pieces.ts';
import { foldReshapes } from './reshapes.ts';
import type { Pass } from './rewrite.ts';
import { foldSigns } from './signs.ts';

const structure: readonly Pass[] = [
  foldPieces,
  foldBroadcasts,
  foldSigns,
  shareCommonSubexpressions,
  fuseBias,
  removeDeadNodes,
];

/** Runs all passes. The result computes the same outputs from the same inputs. */
export const optimise = (graph: Graph): Graph => applied([foldReshapes, foldConstants, ...structure], graph);

/** Runs the passes that leave numbers as they were traced: a folded 0.3·(1/B) no longer shows that it scales with B. */
export const optimiseUnfolded = (graph: Graph): Graph => applied([foldReshapes, ...structure], graph);

const applied = (passes: readonly Pass[], graph: Graph): Graph =>
  passes.reduce((current, pass) => pass(current), graph);
