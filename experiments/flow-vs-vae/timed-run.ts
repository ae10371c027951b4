// A training that fills a given time: its number of steps is measured once and kept beside the run, so that a stopped
// experiment goes on with it, and a finished run is not trained again.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  ExpectationError,
  type HistoryEntry,
  makeFolder,
  openRun,
  type ProgressStream,
  RunFolder,
  type SavedRun,
  train,
  writeFileAtomically,
} from 'flowvae';
import type { ImageModel } from './models.ts';

/** The time of a training, and its data. */
export interface TimedOptions {
  /** The folder of the run folders. */
  readonly runs: string;
  /** The data's name in the run's folder, and their source as `--data` takes it. */
  readonly dataName: string;
  readonly data: string;
  readonly minutes: number;
  readonly threads: number;
  readonly seed: number;
  /** Steps that are timed, the first 20 of them left out where there are more. */
  readonly calibration: number;
  readonly progress: ProgressStream;
  readonly signal?: AbortSignal;
}

/** A training as it was. */
export interface TimedTraining {
  readonly steps: number;
  /** Time of all steps, with batches and optimiser; without checkpoints and pictures. */
  readonly seconds: number;
  /** Its mean over steps. */
  readonly msPerStep: number;
  /** Median duration of a step in the calibration, which decided the number of steps. */
  readonly calibratedMsPerStep: number;
}

/** A trained model in its run folder. */
export interface TimedRun {
  readonly path: string;
  readonly training: TimedTraining;
}

type Settings = Readonly<Record<string, unknown>>;

/** The file beside the run folder. */
interface TimedPlan {
  readonly wanted: Settings;
  readonly msPerStep: number;
  readonly steps: number;
}

/**
 * Trains a model for some minutes in a run folder of its own, goes on with a training that was stopped, or finds the
 * finished one.
 *
 * @throws ExpectationError where the folder holds a run of other settings
 */
export async function timedRun(model: ImageModel, options: TimedOptions): Promise<TimedRun> {
  const { runs, dataName, data, minutes, threads, seed, progress, signal } = options;
  const path = join(runs, `${model.name}-${dataName}`);
  const source = data === 'mnist' ? data : resolve(data);
  const wanted = { ...model.config, data: source, minutes, threads, seed };
  makeFolder(runs, 'runs');
  const plan = readPlan(path, wanted) ?? (await newPlan(path, { model, options, wanted }));
  if (!isFinished(path)) {
    progress.write(`${model.title} of ${dataName}: ${plan.steps} steps of about ${plan.msPerStep.toFixed(0)} ms\n`);
    const config = { ...model.config, data: source, threads, seed, steps: plan.steps, evalImages: 0 };
    const watched = { progress, ...(signal ? { signal } : {}) };
    await train(model.experiment, config, { out: path, resume: isBegun(path), ...watched });
    signal?.throwIfAborted();
  }
  return { path, training: trainingOf(path, plan) };
}

/** Opens the run of a model; changes are settings of the evaluation, or other data. */
export const openTimed = (
  { experiment }: ImageModel,
  { path }: Pick<TimedRun, 'path'>,
  changes: Parameters<typeof openRun>[1],
): Promise<SavedRun> => openRun(path, changes, { experiment });

const planPath = (run: string) => `${run}.plan.json`;
const isBegun = (run: string) => existsSync(join(run, 'config.json'));

function isFinished(run: string): boolean {
  const report = isBegun(run) ? RunFolder.claimed(run).readReport() : {};
  return report.steps !== undefined && report.unfinished !== true;
}

/** @throws ExpectationError for the plan of a run with other settings, and for a run without a plan */
function readPlan(run: string, wanted: Settings): TimedPlan | undefined {
  const path = planPath(run);
  const plan = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as TimedPlan) : undefined;
  if (plan && isDeepStrictEqual(plan.wanted, wanted)) return plan;
  if (!plan && !isBegun(run)) return undefined;
  const differing = plan && differences(wanted, plan.wanted);
  throw new ExpectationError({
    where: path,
    expected: differing?.expected ?? 'the plan of the run that lies beside it',
    received: differing?.received ?? 'no file',
    remedy: 'pass another folder as --runs, or the settings of the run that is there',
  });
}

/** The settings in which two plans differ, as text. */
function differences(wanted: Settings, found: Settings) {
  const names = Object.keys({ ...wanted, ...found }).filter((name) => !isDeepStrictEqual(wanted[name], found[name]));
  const listed = (of: Settings) => names.map((name) => `${name} ${JSON.stringify(of[name])}`).join(', ');
  return { expected: listed(wanted), received: listed(found) };
}

interface Planning {
  readonly model: ImageModel;
  readonly options: TimedOptions;
  readonly wanted: Settings;
}

/** Times a few steps of the training, which are thrown away. */
async function newPlan(run: string, { model, options, wanted }: Planning): Promise<TimedPlan> {
  const { data, minutes, threads, seed, calibration, progress } = options;
  progress.write(`${model.title} of ${options.dataName}: timing ${calibration} steps\n`);
  const config = { ...model.config, data, threads, seed, steps: calibration + 1, evalImages: 0 };
  const { report } = await train(model.experiment, config, { until: calibration });
  const { msPerStep } = report;
  const plan = { wanted, msPerStep, steps: Math.max(1, Math.floor((minutes * 60_000) / msPerStep)) };
  writeFileAtomically(planPath(run), `${JSON.stringify(plan, null, 2)}\n`);
  return plan;
}

/** Adds up the history, which a run that was stopped and taken up has as a whole. */
function trainingOf(run: string, { msPerStep: calibratedMsPerStep }: TimedPlan): TimedTraining {
  const entries = RunFolder.open(run).readMetrics();
  const history = entries.filter((entry): entry is HistoryEntry => 'msPerStep' in entry);
  const milliseconds = history.reduce(
    (sum, { step, msPerStep }, i) => sum + msPerStep * (step - (history[i - 1]?.step ?? 0)),
    0,
  );
  const { step: steps } = history.at(-1)!;
  return { steps, seconds: milliseconds / 1000, msPerStep: milliseconds / steps, calibratedMsPerStep };
}
