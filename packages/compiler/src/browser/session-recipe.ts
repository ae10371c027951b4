// Recipes in a page, whose sessions are opened in the thread that asks: the graph itself.
import type { Graph } from '../graph/graph.ts';
import type { sessionRecipe as inNode, SessionChoices, SessionRecipe } from '../sessions/session-recipe.ts';

/** The pool of a page reads this. */
export interface PageRecipe extends Pick<SessionRecipe, 'nodes'> {
  readonly graph: Graph;
  readonly choices: SessionChoices;
}

export const sessionRecipe = ((graph: Graph, choices: SessionChoices): PageRecipe => ({
  graph,
  choices,
  nodes: graph.nodes.length,
})) as unknown as typeof inNode;
