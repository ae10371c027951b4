// Runs that a server lacks parts of, by the records in their folders; nothing is asked of the server.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG, liveHolder } from '@flowvae/runs/plain';
import { attempted } from '../../run-list/attempts.ts';
import { idleState } from '../../run-list/run-state.ts';
import type { Destination } from './destination.ts';
import { artefactsOf, metricsByLine } from './run-content.ts';
import { statusOf } from './send-idle-run.ts';
import { sendLater } from './send-later.ts';
import { destinationsOf, partsAt } from './sent-record.ts';

/**
 * A notice for each server that lacks parts of some runs.
 *
 * @param group the folder that the runs lie in
 * @param named the server that the user names; those in the records of the runs count too
 */
export function unsentNotices(group: string, runs: readonly string[], named?: Destination): readonly string[] {
  const idle = runs.filter((run) => existsSync(join(run, CONFIG)) && !liveHolder(run));
  const remembered = idle.flatMap((run) => attempted(() => destinationsOf(run)) ?? []);
  const all = new Map([...remembered, ...(named ? [named] : [])].map((to) => [to.uri, to]));
  return [...all.values()].flatMap((to) => {
    const asked = to === named ? idle : idle.filter((run) => attempted(() => partsAt(run, to)));
    const { length } = asked.filter((run) => !isSent(run, to));
    if (length === 0) return [];
    return `MLflow: ${length} of ${runs.length} runs not sent whole (logs/ says why); later: ${sendLater(group, to)}`;
  });
}

/** Whether a server has all of a run. */
function isSent(run: string, to: Destination): boolean {
  const parts = attempted(() => partsAt(run, to));
  const state = idleState(run);
  if (parts === undefined || state === undefined || state.state === 'damaged') return false;
  const { status, lines, artefacts, artifactUri = '' } = parts;
  const hasFiles =
    !artifactUri.startsWith('mlflow-artifacts:') || artefactsOf(run).every((name) => Object.hasOwn(artefacts, name));
  return status === statusOf(state) && metricsByLine(run, lines).length === 0 && hasFiles;
}
