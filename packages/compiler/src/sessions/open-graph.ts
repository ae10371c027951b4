// A graph, ready to run in this thread.

import { loadRuntime } from '#runtime';
import { onDevice } from '../device/device-failure.ts';
import { holdDevice } from '../device/held-device.ts';
import type { Graph } from '../graph/graph.ts';
import { stageRecipes } from '../stages/stage-recipes.ts';
import { openStages, type StagedSession } from '../stages/staged-session.js';
import { requiredRuntime } from './required-runtime.ts';
import type { Runtime } from './runtime.ts';
import { sessionOptions } from './session-options.ts';
import type { SessionChoices } from './session-recipe.ts';

/** A session, and the class of its tensors. */
export interface OpenGraph {
  readonly session: StagedSession;
  readonly Tensor: Runtime['Tensor'];
}

/**
 * Opens a session of ONNX Runtime.
 *
 * @throws ExpectationError if ONNX Runtime cannot be loaded
 */
export async function openGraph(graph: Graph, choices: SessionChoices): Promise<OpenGraph> {
  const { threads, inPlace = false, isSmall = false, isOnDevice = false } = choices;
  const runtime = await requiredRuntime('compile', isOnDevice);
  const options = sessionOptions({ threads, isSmall, isOnDevice });
  const opened = () => openStages(stageRecipes(graph, inPlace && runtime.stopsBeforeCopies), options, runtime);
  const held = () => holdDevice(runtime).then(opened);
  return { session: await (isOnDevice ? onDevice(held) : opened()), Tensor: runtime.Tensor };
}

/** Why no graph can be opened here; undefined if graphs can. */
export async function whyNotCompiled(): Promise<string | undefined> {
  const runtime = await loadRuntime();
  return typeof runtime === 'string' ? `ONNX Runtime is not usable here (${runtime})` : undefined;
}
