// `flowvae train`: the work.

import type { DataDescription } from '@flowvae/datasets';
import type { TrainConfig } from '../../config/settings.ts';
import { recordOf } from '../../definition/own-module.ts';
import { hyperparametersOf } from '../../records/hyperparameters.ts';
import { liveSending } from '../../records/mlflow/live-sending.ts';
import { counted, nounOf } from '../../report/counted.ts';
import { describeEvaluation, type ParameterCounts, type TrainReport } from '../../report/report.ts';
import { type TrainRun, trainRun } from '../../run/training/train-run.ts';
import { versions } from '../../run/versions.ts';
import { interruption } from '../interruption.ts';
import { invocation } from '../invocation.ts';
import { LAUNCHER, warnOfLaunch } from '../launch/launch-notice.ts';
import { inShell } from '../shell-words.ts';
import type { TrainTask } from '../tasks.ts';
import { describeSettings, progressTo } from '../verbosity.ts';

export async function trainAction({
  settings,
  folder,
  isResumed,
  figures: file,
  json = false,
  detached = false,
  allowDifferentMachine = false,
  checkpointEvery,
  checkpointMinutes,
  keepCheckpoints,
  until,
  mlflow: destinations,
  ...verbosity
}: TrainTask): Promise<void> {
  const { config } = settings;
  const progress = progressTo(process.stderr, verbosity);
  if (verbosity.verbose) {
    const { own } = settings;
    const shown = hyperparametersOf({ ...config, ...(own ? { experiment: recordOf(own) } : {}) });
    progress.write(`${describeSettings({ ...shown, ...(await versions(config.engine)) })}\n`);
  }
  warnOfLaunch(LAUNCHER);
  const { signal, exitCode, release } = interruption({ tiedTo: detached ? 'nothing' : 'parent' });
  const sending = liveSending(folder, { destinations, tell: tellOver(process.stderr) });
  const run = await trainRun(settings, {
    out: folder,
    progress,
    signal,
    resume: isResumed,
    allowDifferentMachine,
    checkpointEvery,
    checkpointSeconds: checkpointMinutes === undefined ? undefined : 60 * checkpointMinutes,
    keepCheckpoints,
    until,
    figures: file,
  }).catch(async (error) => {
    await sending.end({ within: STOPPED_MS, signal });
    throw error;
  });
  // the results first: a slow server neither delays nor loses them
  tellResults({ folder, json, until, isStopped: signal.aborted, config }, run);
  await sending.end({ within: signal.aborted ? STOPPED_MS : ENDED_MS, signal });
  release();
  process.exitCode = exitCode();
}

interface Outcome {
  readonly folder: string;
  readonly json: boolean;
  readonly until: number | undefined;
  readonly isStopped: boolean;
  readonly config: TrainConfig;
}

function tellResults({ folder, json, until, isStopped, config }: Outcome, run: TrainRun): void {
  const { report, counts, figures, data } = run;
  const text = json
    ? JSON.stringify({ ...report, runFolder: folder, figures })
    : summary(report, { folder, counts, figures, data });
  process.stdout.write(`${text}\n`);
  const isPaused = report.steps === until && report.steps < config.steps;
  if (!isStopped && !isPaused) return;
  const why = isStopped
    ? `${stopped(report, config, nounOf(data))}; ${folder} holds the trained model`
    : `stopped after ${report.steps} of ${config.steps} steps, as --until asks`;
  process.stderr.write(`${why}\nto go on: ${invocation()} train --resume ${inShell(folder)}\n`);
}

/** How long a server may take for the rest of a run: a scheduler that stops a run soon kills it. */
const [ENDED_MS, STOPPED_MS] = [60_000, 5_000];

/** Writes a line over the line of progress. */
const tellOver = (stream: NodeJS.WriteStream) => (notice: string) =>
  stream.write(`${stream.isTTY ? '\r\x1b[2K' : ''}${notice}\n`);

/** Describes where an interruption stopped the run. */
function stopped({ steps, evalImages }: TrainReport, config: TrainConfig, noun: string): string {
  if (steps < config.steps) return `stopped after ${steps} of ${config.steps} steps, before the evaluation`;
  return `stopped in the evaluation, after ${evalImages} of at most ${counted(config.evalImages, noun)}`;
}

interface Leavings {
  readonly data: DataDescription;
  readonly folder: string;
  readonly counts: ParameterCounts;
  readonly figures: readonly string[];
}

const describeCounts = ({ total, flow, prior }: ParameterCounts, { dequantisation }: TrainReport) =>
  dequantisation === undefined
    ? `${total} parameters (${flow} in the flow, ${prior} in the prior)`
    : `${total} parameters`;

function summary(report: TrainReport, { folder, counts, figures, data }: Leavings): string {
  const { steps, engine, msPerStep, peakMemoryMiB } = report;
  return [
    `trained     ${steps} steps, ${msPerStep.toFixed(2)} ms per step (median), ${engine} engine, ${describeCounts(counts, report)}, peak memory ${peakMemoryMiB.toFixed(0)} MiB`,
    describeEvaluation(report, nounOf(data)),
    `run folder  ${folder}`,
    ...figures.map((path) => `figure      ${path}`),
  ].join('\n');
}
