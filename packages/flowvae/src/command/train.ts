// `flowvae train`.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RunFolder } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { flagOf, type SettingName, type TrainConfig } from '../config/settings.ts';
import { completeConfig } from '../config/train-config.ts';
import { describeEvaluation, type ParameterCounts, type TrainReport } from '../report/report.ts';
import { describeReplay, replayRun } from '../run/replay-run.ts';
import { storedConfig } from '../run/saved-run.ts';
import { trainRun } from '../run/train-run.ts';
import { versions } from '../run/versions.ts';
import { readConfigFile } from './config-file.ts';
import { interruption } from './interruption.ts';
import { invocation } from './invocation.ts';
import { warnOfLaunch } from './launch/launch-notice.ts';
import { progressTo, type Verbosity } from './verbosity.ts';

/** Options of `train` that are no settings. */
interface TrainFlags extends Verbosity, Record<string, unknown> {
  readonly config?: string;
  readonly out?: string;
  readonly json: boolean;
  readonly resume?: string;
  readonly replay?: string;
  readonly allowDifferentMachine: boolean;
  readonly checkpointEvery?: number;
  readonly checkpointMinutes?: number;
  readonly keepCheckpoints: number;
  readonly detached?: boolean;
}

/** What to start where signals must reach the run: it becomes the process that trains. */
const LAUNCHER = 'node_modules/.bin/flowvae';

export async function trainCommand(flags: TrainFlags): Promise<void> {
  if (flags.replay !== undefined) return replayCommand(flags.replay, flags);
  const { quiet = false, verbose = false, config: file, ...others } = flags;
  const {
    out,
    json,
    resume,
    allowDifferentMachine,
    checkpointEvery,
    checkpointMinutes,
    keepCheckpoints,
    detached = false,
    ...options
  } = others;
  const given = file === undefined ? options : { ...readConfigFile(file), ...options };
  const config = resume === undefined ? completeConfig(given) : resumedConfig(resume, out, given);
  refuseIdleFactor(options.lrFactor, config);
  const folder = resume ?? out ?? freshFolder(config);
  const progress = progressTo(process.stderr, { quiet, verbose });
  if (verbose) progress.write(`${describeSettings({ ...config, ...(await versions()) })}\n`);
  warnOfLaunch(LAUNCHER);
  const { signal, exitCode, release } = interruption({ tiedTo: detached ? 'nothing' : 'parent' });
  const { report, counts, figures } = await trainRun(config, {
    out: folder,
    progress,
    signal,
    resume: resume !== undefined,
    allowDifferentMachine,
    checkpointEvery,
    checkpointSeconds: checkpointMinutes === undefined ? undefined : 60 * checkpointMinutes,
    keepCheckpoints,
  });
  release();
  const text = json
    ? JSON.stringify({ ...report, runFolder: folder, figures })
    : summary(report, { folder, counts, figures });
  process.stdout.write(`${text}\n`);
  if (signal.aborted) {
    process.stderr.write(`${stopped(report, config)}; ${folder} holds what was trained\n`);
    process.stderr.write(`to go on: ${invocation()} train --resume ${folder}\n`);
  }
  process.exitCode = exitCode();
}

async function replayCommand(
  run: string,
  {
    json,
    quiet = false,
    verbose = false,
    replay: _,
    keepCheckpoints: __,
    data,
    allowDifferentMachine: ___,
    ...others
  }: TrainFlags,
) {
  const surplus = Object.keys(others)[0];
  if (surplus !== undefined) {
    const where = flagOf(surplus as SettingName);
    throw new ExpectationError({
      where,
      expected: 'only --data, --json, --quiet and --verbose beside --replay',
      received: 'it',
    });
  }
  const replay = await replayRun(run, progressTo(process.stderr, { quiet, verbose }), data as string | undefined);
  process.stdout.write(`${json ? JSON.stringify(replay) : describeReplay(replay)}\n`);
}

/** A factor of the rate that never comes to bear is a mistake on the command line; a config, which holds all settings, may have one. */
function refuseIdleFactor(given: unknown, { lrMilestones, lrFactor }: TrainConfig): void {
  if (given === undefined || lrMilestones.length > 0) return;
  const [where, expected] = [flagOf('lrFactor'), `${flagOf('lrMilestones')} beside it`];
  throw new ExpectationError({ where, expected, received: String(lrFactor) });
}

/** The config of a run that is taken up; what is given besides must not contradict it, which the run itself judges. */
function resumedConfig(run: string, out: string | undefined, given: Readonly<Record<string, unknown>>): TrainConfig {
  if (out !== undefined && resolve(out) !== resolve(run)) {
    const expected = 'no other folder than the one that --resume names';
    throw new ExpectationError({ where: '--out', expected, received: out });
  }
  const { config } = storedConfig(RunFolder.claimed(run));
  return completeConfig({ ...config, ...given });
}

/** Settings and versions, one a line. */
const describeSettings = (values: object): string =>
  Object.entries(values)
    .map(([name, value]) => `${name.padEnd(SETTING_WIDTH)} ${String(value) || 'none'}`)
    .join('\n');

/** As wide as the longest name of a setting. */
const SETTING_WIDTH = 14;

/** What an interruption cut short. */
function stopped({ steps, evalImages }: TrainReport, config: TrainConfig): string {
  if (steps < config.steps) return `stopped after ${steps} of ${config.steps} steps, before the evaluation`;
  return `stopped in the evaluation, after ${evalImages} of at most ${config.evalImages} images`;
}

/** `runs/planar-10-seed0`, with a number where that is taken. */
function freshFolder({ flow, seed }: TrainConfig): string {
  const base = join('runs', `${flow.replace(/[^\w]+/g, '-').replace(/-$/, '')}-seed${seed}`);
  let candidate = base;
  for (let n = 2; existsSync(candidate); n++) candidate = `${base}-${n}`;
  return candidate;
}

interface Leavings {
  readonly folder: string;
  readonly counts: ParameterCounts;
  readonly figures: readonly string[];
}

const describeCounts = ({ total, flow, prior }: ParameterCounts) =>
  `${total} parameters (${flow} in the flow, ${prior} in the prior)`;

function summary(report: TrainReport, { folder, counts, figures }: Leavings): string {
  const { steps, engine, msPerStep, peakMemoryMiB } = report;
  return [
    `trained     ${steps} steps, ${msPerStep.toFixed(2)} ms per step (median), ${engine} engine, ${describeCounts(counts)}, peak memory ${peakMemoryMiB.toFixed(0)} MiB`,
    describeEvaluation(report),
    `run folder  ${folder}`,
    ...figures.map((path) => `figure      ${path}`),
  ].join('\n');
}
