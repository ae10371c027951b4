// Rewrites a graph to operators and forms that most runtimes read. Results in ONNX Runtime stay the same, bit for bit.
import type { Graph } from '../graph/graph.ts';
import { removeDeadNodes } from '../passes/dead-nodes.ts';
import type { Pass } from '../passes/rewrite.ts';
import { inferredShapes, neededCuts } from './inferred-sizes.ts';
import { plainComparisons } from './plain-comparisons.ts';
import { plainProducts } from './plain-products.ts';
import { separateOutputs } from './separate-outputs.ts';

/** All rewrites by name, in their order; outputs come last, behind the products that the others make. */
export const portableRewrites: Readonly<Record<string, Pass>> = {
  'plain products': plainProducts,
  'plain comparisons': plainComparisons,
  'inferred shapes': inferredShapes,
  'needed cuts': neededCuts,
  'separate outputs': separateOutputs,
};

/** Runs all rewrites. */
export const portable = (graph: Graph): Graph =>
  removeDeadNodes(Object.values(portableRewrites).reduce((current, rewrite) => rewrite(current), graph));
