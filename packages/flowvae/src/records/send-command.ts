// `flowvae runs send`; it loads no tensor library.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type MlflowFlags, namedDestination } from '../command/mlflow-flags.ts';
import { foundRuns } from '../run-list/found-runs.ts';
import type { Destination } from './mlflow/destination.ts';
import { type Failure, type Outcome, sendIdleRun } from './mlflow/send-idle-run.ts';
import { trackingClient } from './mlflow/tracking-client.ts';

/** Options of `runs send`. */
interface SendFlags extends MlflowFlags {
  readonly json?: boolean;
}

export async function sendCommand(folder: string, { json, ...flags }: SendFlags): Promise<void> {
  const to = namedDestination(flags);
  if (to === undefined) {
    const expected = 'the address of a tracking server, such as http://localhost:5000';
    throw new ExpectationError({ where: '--mlflow', expected, received: 'none' });
  }
  const runs = foundRuns(folder).filter(({ isGuide }) => !isGuide);
  const sent = await sendAll(
    runs.map((run) => run.folder),
    to,
  );
  const lines = sent.map(({ run, ...outcome }) => `${run}: ${words(outcome)}`);
  if (lines.length === 0) lines.push(`no runs in ${folder}`);
  process.stdout.write(json ? `${JSON.stringify({ folder, ...to, runs: sent })}\n` : `${lines.join('\n')}\n`);
  if (sent.some((outcome) => 'failure' in outcome)) process.exitCode = 1;
}

/** Sends one run after the other; a server that is away is asked once. */
async function sendAll(runs: readonly string[], to: Destination): Promise<({ readonly run: string } & Outcome)[]> {
  const client = trackingClient(to.uri);
  const sent: ({ readonly run: string } & Outcome)[] = [];
  let away: Failure | undefined;
  for (const run of runs) {
    const outcome: Outcome = away ?? (await sendIdleRun(run, to, client));
    if ('failure' in outcome && outcome.isAway) away = outcome;
    sent.push({ run, ...outcome });
  }
  return sent;
}

function words(outcome: Outcome): string {
  if ('failure' in outcome) return `not sent: ${outcome.failure}`;
  const { runId, withoutFiles } = outcome;
  return `sent as ${runId}${withoutFiles === undefined ? '' : `, without files: ${withoutFiles}`}`;
}
