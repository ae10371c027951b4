// One training run from config to report: train, save, evaluate, draw.
import { setMaxListeners } from 'node:events';
import { loadRuntime } from '@flowvae/compiler';
import { fold } from '@flowvae/random';
import { formatDuration, ProgressLine, type ProgressStream, RunFolder, trainingProgress } from '@flowvae/runs';
import { startEagerBackend } from '@flowvae/tensor';
import {
  type Callback,
  type Engine,
  type Evaluation,
  evaluate,
  fit,
  type HistoryEntry,
  NonFiniteError,
} from '@flowvae/training';
import { type Experiment, experiment, training } from './experiment.ts';
import { learningCurveFigure, reconstructionsFigure, samplesFigure } from './pictures.ts';
import { type ParameterCounts, parameterCounts, type TrainReport, trainReport } from './report.ts';
import type { TrainConfig } from './settings.ts';
import { versions } from './versions.ts';

/** Where a run writes and who may stop it. */
export interface TrainRunOptions {
  /** The run folder; must be new or empty. */
  readonly out: string;
  /** Progress; default none. */
  readonly progress?: ProgressStream;
  /** Stops training after the step under way; what was trained is saved and drawn, but not evaluated. */
  readonly signal?: AbortSignal;
}

/** A run's report and what it left behind. */
export interface TrainRun {
  readonly report: TrainReport;
  readonly counts: ParameterCounts;
  /** Paths of the figures. */
  readonly figures: readonly string[];
}

const silent: ProgressStream = { write: () => true };

/** How many entries the learning curve of a run has, at least. */
const CURVE_ENTRIES = 100;

/**
 * Trains a VAE as a config describes, and leaves config.json, metrics.jsonl, model.safetensors and figures in the run folder.
 *
 * @throws ExpectationError before any work where the data or the folder cannot be used; NonFiniteError where training diverges
 */
export async function trainRun(
  config: TrainConfig,
  { out, progress = silent, signal }: TrainRunOptions,
): Promise<TrainRun> {
  await chooseBackend(config.engine);
  const parts = experiment(config);
  const { problem, optimizer } = training(parts);
  const folder = RunFolder.create(out, { ...config, versions: await versions() });
  const { variables } = parts.model;
  if (signal) setMaxListeners(20, signal);
  const fitted = await fit({
    ...problem,
    variables,
    optimizer,
    steps: config.steps,
    engine: config.engine,
    threads: config.threads,
    entryEvery: Math.max(1, Math.min(100, Math.floor(config.steps / CURVE_ENTRIES))),
    callbacks: [trainingProgress(progress), metricsWriter(folder)],
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof NonFiniteError) folder.saveModel(variables, { flow: config.flow, stopped: 'non-finite' });
    throw error;
  });
  folder.saveModel(variables, { flow: config.flow, steps: String(fitted.steps) });
  const evaluation = signal?.aborted ? undefined : await evaluateTest(parts, progress, signal);
  const counts = parameterCounts(variables);
  const report = trainReport(config, fitted, { evaluation, parameters: counts.total });
  folder.writeReport(report);
  return { report, counts, figures: drawFigures(parts, folder, fitted.history) };
}

/**
 * Readies the engine, and says which one it is and why it is not the one asked for. The eager engine runs on tfjs's wasm backend where that
 * starts: several times faster than plain JavaScript, the same values to rounding.
 */
export async function chooseBackend(wanted: Engine): Promise<{ readonly engine: Engine; readonly fallback?: string }> {
  const runtime = wanted === 'compiled' ? await loadRuntime() : undefined;
  if (typeof runtime === 'object') return { engine: 'compiled' };
  await startEagerBackend('wasm');
  return { engine: 'eager', ...(runtime === undefined ? {} : { fallback: runtime }) };
}

/** Evaluates the test images that the config asks for; undefined where it asks for none. */
export async function evaluateTest(
  { config, model, test, key }: Experiment,
  progress: ProgressStream,
  signal?: AbortSignal,
): Promise<Evaluation | undefined> {
  if (test.count === 0) return undefined;
  const line = new ProgressLine(progress);
  const from = performance.now();
  const onProgress = (done: number) => {
    if (done % 20 !== 0 && done !== test.count) return;
    const left = ((performance.now() - from) / done / 1000) * (test.count - done);
    line.show(
      `test image ${done}/${test.count}  ${formatDuration(left)} left  ${config.evalSamples} samples each`,
      done === test.count,
    );
  };
  const result = await evaluate({
    variables: model.variables,
    modelAt: model.at,
    noise: model.noise,
    data: test,
    samples: config.evalSamples,
    key: fold(key, 'evaluation'),
    engine: config.engine,
    threads: config.threads,
    onProgress,
    ...(signal ? { signal } : {}),
  });
  line.end();
  return result.images > 0 ? result : undefined;
}

function metricsWriter(folder: RunFolder): Callback {
  return { onEntry: (entry) => folder.appendMetrics(entry) };
}

const GRID_SAMPLES = 100;
const RECONSTRUCTIONS = 30;

function drawFigures(parts: Experiment, folder: RunFolder, history: readonly HistoryEntry[]): string[] {
  const pictures = {
    'samples.png': samplesFigure(parts, GRID_SAMPLES, fold(parts.key, 'samples')),
    'reconstructions.png': reconstructionsFigure(parts, RECONSTRUCTIONS),
    ...(history.length > 0 ? { 'learning-curve.png': learningCurveFigure(parts, history) } : {}),
  };
  return Object.entries(pictures).map(([name, png]) => folder.writeFigure(name, png));
}
