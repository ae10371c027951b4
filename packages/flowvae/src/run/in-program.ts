// An experiment in a program: trained, evaluated and reported as by the command, with a run folder or without.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Evaluation } from '@flowvae/evaluation';
import type { FileOptions } from '@flowvae/figures';
import type { ProgressStream, RunFolder } from '@flowvae/runs';
import type { HistoryEntry } from '@flowvae/training';
import type { SettingName, TrainConfig } from '../config/settings.ts';
import { completeSettings } from '../config/train-config.ts';
import { builtInNameOf } from '../definition/built-in.ts';
import type { ExperimentDefinition } from '../definition/experiment-definition.ts';
import { checkedValues, type OwnValues } from '../definition/own-settings.ts';
import { type PluginOptions, vocabularyOfTables } from '../plugins/vocabulary.ts';
import type { Diagnostics } from '../report/diagnostics.ts';
import { figureFiles } from '../report/figures/named-figure.ts';
import type { TrainReport } from '../report/report.ts';
import { reportPage } from '../report/report-page.ts';
import { examine } from '../report/sections/examination.ts';
import type { Estimates } from '../report/sections/per-datum.ts';
import { chooseBackend, evaluateTest } from './evaluate-test.ts';
import type { Experiment } from './experiment.ts';
import { openRun } from './saved-run.ts';
import { type RowScore, type ScoreOptions, scoreRows } from './scoring/score-rows.ts';
import { type TrainRunOptions, trainRun } from './training/train-run.ts';
import { versions } from './versions.ts';

/** The config of a program: the command's options, and under `set` the experiment's own settings. */
export interface ProgramConfig extends Partial<TrainConfig> {
  readonly set?: OwnValues;
}

/** Options of {@link train}. */
export interface TrainOptions extends Omit<TrainRunOptions, 'out'>, PluginOptions {
  /** A run folder to keep: new or empty, with `resume` that of a run. Default: none is kept. */
  readonly out?: string;
}

/** A trained experiment. */
export interface ProgramRun {
  readonly parts: Experiment;
  readonly history: readonly HistoryEntry[];
  /** The object that `flowvae train --json` prints. */
  readonly report: TrainReport;
  /** The kept folder. */
  readonly folder?: RunFolder;
}

/**
 * Trains an experiment as `flowvae train` does: equal settings give equal bytes.
 *
 * @param experiment made by `defineExperiment`
 * @param config settings; the others have the experiment's values, or the command's defaults
 * @throws ExpectationError for a setting or data that cannot be used, a used folder, or a part that fails its checks
 */
export async function train(
  experiment: ExperimentDefinition,
  config: ProgramConfig = {},
  { plugins, ...options }: TrainOptions = {},
): Promise<ProgramRun> {
  const { set = {}, ...given } = config;
  const values = checkedValues(experiment.settings ?? {}, set, { placeOf: (name) => `train: set.${name}` });
  const names = Object.keys(given) as SettingName[];
  const builtIn = await builtInNameOf(experiment);
  const own = { definition: experiment, values, given: names, set: Object.keys(set), ...(builtIn ? { builtIn } : {}) };
  const settings = completeSettings(given, 'train', { own, vocabulary: vocabularyOfTables(plugins ?? []) });
  const scratch = options.out === undefined ? mkdtempSync(join(tmpdir(), 'flowvae-run-')) : undefined;
  const out = options.out ?? join(scratch!, 'run');
  try {
    const { report } = await trainRun(settings, { ...options, out });
    const { folder, parts } = await openRun(out, {}, { experiment, plugins });
    const history = folder.readMetrics().filter((entry) => 'terms' in entry) as HistoryEntry[];
    return { parts, history, report, ...(scratch === undefined ? { folder } : {}) };
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

/** The part of a run that {@link evaluate} and {@link report} take. */
export type EvaluatedRun = Pick<ProgramRun, 'parts'>;

/** Options of {@link evaluate} for a run. */
export interface RunOptions {
  readonly progress?: ProgressStream;
  readonly signal?: AbortSignal;
}

const silent: ProgressStream = { write: () => true };

/**
 * Evaluates a run on its test rows, as `flowvae evaluate` does; undefined if it has none, or the work was stopped.
 *
 * @param run of `train` or `openRun`
 */
export async function evaluate(
  { parts }: EvaluatedRun,
  { progress = silent, signal }: RunOptions = {},
): Promise<Evaluation | undefined> {
  await chooseBackend(parts.config.engine);
  return evaluateTest(parts, { progress, ...(signal ? { signal } : {}) });
}

/** Options of {@link score}. */
export interface ScoreRunOptions extends RunOptions, Partial<Pick<ScoreOptions, 'split' | 'images' | 'samples'>> {}

/**
 * Scores rows of a run's data one by one, as `flowvae score` does: log p(x), its error and k̂, by as many importance
 * samples as the run's evaluation, but 50 at least unless `samples` says otherwise.
 *
 * @param run of `train` or `openRun`
 * @throws ExpectationError if the split, by default the test rows, is empty, or for a number of samples that cannot be
 * used; the signal's reason after an abort
 */
export async function score(
  { parts }: EvaluatedRun,
  { split = 'test', progress = silent, ...options }: ScoreRunOptions = {},
): Promise<readonly RowScore[]> {
  await chooseBackend(parts.config.engine);
  return scoreRows(parts, { split, progress, ...options });
}

/** A report: one HTML page, and the numbers behind it. */
export interface ProgramReport {
  readonly html: string;
  /** The estimates of all test rows; of a VAE with all about its posteriors. */
  readonly diagnostics: Estimates & Partial<Diagnostics>;
  /** Each figure of the page as a file of its own, by name, such as `terms.svg`; none unless they are asked for. */
  readonly figures: Readonly<Record<string, Uint8Array>>;
}

/** Options of {@link report}. */
export interface ReportOptions extends RunOptions {
  /** For the title; default `experiment`. */
  readonly name?: string;
  /** How figures are drawn as files of their own; default: they are not. */
  readonly figures?: FileOptions;
}

/** A run to report, and its name for the title. */
export interface ReportedRun extends EvaluatedRun {
  readonly history?: readonly HistoryEntry[];
}

/**
 * The report of a run as `flowvae evaluate --report` writes it; undefined if it has no test rows, or the work was
 * stopped.
 */
export async function report(
  { parts, history = [] }: ReportedRun,
  { name = 'experiment', figures, progress = silent, signal }: ReportOptions = {},
): Promise<ProgramReport | undefined> {
  await chooseBackend(parts.config.engine);
  const examined = await examine(parts, progress, signal);
  if (!examined) return undefined;
  const page = reportPage({
    parts,
    sections: await examined.sections(history),
    name,
    versions: await versions(parts.config.engine),
  });
  return {
    html: page.html,
    diagnostics: examined.diagnostics,
    figures: figures ? figureFiles(page.figures, figures) : {},
  };
}
