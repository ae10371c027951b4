// One training run from config to report: train, save, evaluate, draw; new or resumed.
import { setMaxListeners } from 'node:events';
import type { DataDescription } from '@flowvae/datasets';
import {
  assignState,
  type DurableRun,
  isExhausted,
  ProgressLine,
  type ProgressStream,
  RunFolder,
  trainingProgress,
  validating,
} from '@flowvae/runs';
import { ExpectationError, parameterCount } from '@flowvae/tensor';
import { type Callback, type FitResult, fit, type Moment, NonFiniteError } from '@flowvae/training';
import { scoredTest } from '../../comparison/scoring/scored-test.ts';
import type { CheckedSettings } from '../../config/checked-settings.ts';
import { absoluteData, MOVED_REMEDY } from '../../config/data-check.ts';
import { configOf, type Settings } from '../../config/plan.ts';
import { flagOf, type TrainConfig } from '../../config/settings.ts';
import { refusePageRun, storedData } from '../../config/stored-config.ts';
import { completeSettings } from '../../config/train-config.ts';
import { refuseUnreachedValidation } from '../../config/validation-check.ts';
import { type FirstStep, firstStep } from '../../definition/first-step.ts';
import { runVocabulary } from '../../plugins/run-plugins.ts';
import { resultsOf } from '../../records/hyperparameters.ts';
import { dataLine } from '../../report/data/data-line.ts';
import { diagnosticsOf } from '../../report/kept-diagnostics.ts';
import { ownModelIn } from '../../report/picture-parts.ts';
import { drawPictures } from '../../report/pictures.ts';
import { type ParameterCounts, parameterCounts, type TrainReport, trainReport } from '../../report/report.ts';
import { runFacts } from '../../run-list/run-facts.ts';
import { refuseStepReached } from '../../run-list/until-check.ts';
import { chooseTrainingBackend } from '../evaluate-test.ts';
import { type Experiment, experiment, type Training, training, validationBound } from '../experiment.ts';
import { modelMetadata } from '../model-metadata.ts';
import type { DurableOptions } from './durable-options.ts';
import { leaveMemory } from './left-memory.ts';
import { openDurableRun } from './open-run.ts';
import { stepPictures } from './step-pictures.ts';

/** A run's folder, its watchers, and its end. */
export interface TrainRunOptions extends DurableOptions {
  /** Stops training after the current step; the run then saves and draws the model, but does not evaluate it. */
  readonly signal?: AbortSignal;
  /**
   * Stops with a checkpoint after this step, if more are to come: the run goes on by `resume` as if nothing had been.
   * It is neither evaluated nor drawn before its end. With `resume` a step that the run has not reached.
   */
  readonly until?: number | undefined;
}

/** A run's report and its files. */
export interface TrainRun {
  readonly report: TrainReport;
  readonly counts: ParameterCounts;
  readonly data: DataDescription;
  /** Paths of the figures. */
  readonly figures: readonly string[];
}

const silent: ProgressStream = { write: () => true };

/** Least number of entries in a run's learning curve. */
const CURVE_ENTRIES = 100;

/**
 * Trains a VAE by settings or their plan, and writes config.json, metrics.jsonl, checkpoints, model.safetensors and
 * figures to the run folder.
 *
 * @throws ExpectationError before any work if data, folder or `until` cannot be used; NonFiniteError if training
 * diverges
 */
export async function trainRun(settings: Settings, options: TrainRunOptions): Promise<TrainRun> {
  const { progress = silent } = options;
  if (options.resume) refuseStepReached(RunFolder.claimed(options.out).path, options.until);
  else refuseUnreachedValidation(configOf(settings));
  await chooseTrainingBackend(configOf(settings).engine, { isResumed: options.resume ?? false });
  const parts = await partsOf(settings, options);
  try {
    return await trainOn(parts, options, progress);
  } finally {
    parts.set.close();
  }
}

async function trainOn(parts: Experiment, options: TrainRunOptions, progress: ProgressStream): Promise<TrainRun> {
  const { signal } = options;
  const { config } = parts;
  const trained = training(parts);
  const line = new ProgressLine(progress);
  const run = await openDurableRun(parts, trained, line, options);
  const first = firstStep(parts.plan);
  try {
    if (!options.resume) progress.write(`${dataLine(parts.set, config, ownModelIn(parts))}\n`);
    if (isWithoutTest(parts)) line.notice(NO_TEST);
    for (const notice of run.notices) progress.write(`${notice}\n`);
    if (run.from?.step === config.steps) progress.write(`all ${config.steps} steps were done before\n`);
    const { variables } = parts.model;
    if (signal) setMaxListeners(20, signal);
    await leaveMemory(parameterCount(variables));
    const fitted = timed(run, await train(parts, trained, { run, line, first }, options));
    keepBest(parts, run, progress);
    run.folder.saveModel(variables, { ...describedBy(parts), steps: String(fitted.steps) });
    const isPaused = fitted.steps < config.steps && fitted.steps === options.until;
    const isWhole = !signal?.aborted && !isPaused;
    if (isWhole) await leaveMemory(parameterCount(variables));
    const evaluation = isWhole ? await scoredTest(parts, run.folder.path, { progress, signal }) : undefined;
    const counts = parameterCounts(variables);
    const facts = runFacts(parts.plan, run.folder);
    const report = trainReport(parts, fitted, { evaluation, parameters: counts.total, facts });
    const unfinished = isPaused || signal?.aborted ? { unfinished: true } : {};
    run.folder.writeReport({ ...report, ...unfinished, ...diagnosticsOf(variables, run.folder) });
    const drawing = { folder: run.folder, file: options.figures };
    const pictures = isPaused ? [] : await drawPictures(parts, run.entries, drawing);
    for (const { name, png } of pictures) run.recordImage(name, fitted.steps, png());
    if (isWhole) run.recordResults(fitted.steps, resultsOf(report, run.validations));
    return { report, counts, data: parts.data, figures: pictures.map(({ path }) => path) };
  } catch (error) {
    const told = first.told(error);
    const isMistake = told instanceof ExpectationError && !(told instanceof NonFiniteError);
    if (isMistake && !options.resume && !first.isDone()) run.folder.remove();
    throw told;
  } finally {
    first.close();
    run.close();
  }
}

/** Whether a run that is to be evaluated has no rows for it. */
const isWithoutTest = ({ set, config: { evalImages } }: Experiment) => evalImages > 0 && set.splits.test.length === 0;

const NO_TEST = `the data have no test rows, so the run is not evaluated: pass ${flagOf('splits')} with a share for the test, or more data`;

/** A new run records its data by absolute paths; a resumed one reads them as it did before. */
async function partsOf(settings: Settings, { resume, out }: TrainRunOptions): Promise<Experiment> {
  if (resume) {
    const run = RunFolder.claimed(out).path;
    refusePageRun(run);
    const like = storedData(run).description;
    const read = 'config' in settings ? settings : await settingsOfRun(run, settings);
    return experiment(read, { remedy: MOVED_REMEDY, ...(like ? { like } : {}) });
  }
  const config = configOf(settings);
  const resolved = { ...config, data: absoluteData(config.data) };
  return experiment('config' in settings ? { ...settings, config: resolved } : resolved);
}

/** Settings as text, whose formulas may use the names of the run's plug-ins. */
const settingsOfRun = async (run: string, config: TrainConfig): Promise<CheckedSettings> =>
  completeSettings(config, '', { vocabulary: await runVocabulary(run) });

/** Metadata in model.safetensors: the model. */
const describedBy = (parts: Experiment) => ({ ...modelMetadata(parts), shape: parts.data.shape.join('x') });

async function train(
  parts: Experiment,
  trained: Training,
  { run, line, first }: { readonly run: DurableRun; readonly line: ProgressLine; readonly first: FirstStep },
  options: TrainRunOptions,
): Promise<FitResult> {
  const { config, model } = parts;
  const { progress = silent, signal, until } = options;
  const bound = config.validateEvery > 0 ? await validationBound(parts) : undefined;
  const { validateEvery: every, patience } = config;
  const validation: readonly Callback[] = bound ? [validating(run, { every, patience, measure: bound.measure })] : [];
  try {
    return await fit({
      ...trained.problem,
      variables: model.variables,
      optimizer: trained.optimizer,
      steps: config.steps,
      engine: config.engine,
      threads: config.threads,
      entryEvery: Math.max(1, Math.min(100, Math.floor(config.steps / CURVE_ENTRIES))),
      onNonFinite: config.onNonFinite,
      from: run.from,
      callbacks: [
        first.callback,
        trainingProgress(progress, line),
        ...validation,
        stepPictures(parts, run),
        ...run.callbacks,
        ...pausing(until),
      ],
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (error instanceof NonFiniteError)
      run.folder.saveModel(model.variables, { ...describedBy(parts), stopped: 'non-finite' });
    throw error;
  } finally {
    await bound?.dispose();
  }
}

/** Without a new step, a resumed run keeps the time of its steps: as reported, or as the learning curve tells. */
function timed({ from, folder, entries }: DurableRun, fitted: FitResult): FitResult {
  if (from?.step !== fitted.steps) return fitted;
  const { msPerStep: reported } = folder.readReport();
  if (typeof reported === 'number' && reported > 0) return { ...fitted, msPerStep: reported };
  const milliseconds = entries.reduce(
    (sum, { step, msPerStep }, i) => sum + (step - (entries[i - 1]?.step ?? 0)) * msPerStep,
    0,
  );
  return { ...fitted, msPerStep: milliseconds / Math.max(1, fitted.steps) };
}

/** Stops after a step, or at once if it was done before. */
function pausing(until: number | undefined): readonly Callback[] {
  if (until === undefined) return [];
  const stopThere = (moment: Moment) => {
    if (moment.step >= until) moment.stop();
  };
  return [{ onStart: (_, moment) => stopThere(moment), onStep: stopThere, needsStep: (step) => step >= until }];
}

/**
 * Keeps the parameters of the best validation bound if the config asks for them, or if training stopped without
 * improvement.
 */
function keepBest({ config, model }: Experiment, run: DurableRun, progress: ProgressStream): void {
  const isEnough = isExhausted(run, config.patience);
  if (!isEnough && config.keep === 'last') return;
  const best = run.best();
  if (!best) {
    progress.write('no validation was measured yet: the model is the one of the last step\n');
    return;
  }
  const reason = isEnough ? 'no better validation bound since' : 'best validation bound at';
  progress.write(`${reason} step ${best.step}: the model is the one of that step\n`);
  assignState(run.folder.path, model.variables, best.parameters);
}
