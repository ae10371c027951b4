// The order of the passes. Each is a pure function from graph to graph.
import type { Graph } from '../graph/graph.ts';
import { fuseBias } from './bias.ts';
import { shareCommonSubexpressions } from './common-subexpressions.ts';
import { foldConstants } from './constants.ts';
import { removeDeadNodes } from './dead-nodes.ts';
import { foldPieces } from './pieces.ts';
import { foldReshapes } from './reshapes.ts';
import type { Pass } from './rewrite.ts';

/** All passes by name, in their order. Each can be left out: none needs another one's work. */
const passes = {
  reshapes: foldReshapes,
  constants: foldConstants,
  pieces: foldPieces,
  'common subexpressions': shareCommonSubexpressions,
  bias: fuseBias,
  'dead nodes': removeDeadNodes,
} as const satisfies Readonly<Record<string, Pass>>;

/** The name of a pass. */
export type PassName = keyof typeof passes;

/** The names of all passes. */
export const passNames = Object.keys(passes) as readonly PassName[];

/**
 * Runs the passes. The resulting graph computes the same outputs from the same inputs.
 *
 * @param without passes to leave out
 */
export const optimise = (graph: Graph, without: readonly PassName[] = []): Graph =>
  passNames.filter((name) => !without.includes(name)).reduce((current, name) => passes[name](current), graph);
