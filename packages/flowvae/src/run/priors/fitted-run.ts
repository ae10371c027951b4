// `fit-prior` as a run folder: the model with its fitted prior, which every command takes like a trained run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolder, writeFileAtomically } from '@flowvae/runs';
import { FITTED_PRIOR, readRunConfig } from '@flowvae/runs/plain';
import type { HistoryEntry } from '@flowvae/training';
import { scoredTest } from '../../comparison/scoring/scored-test.ts';
import type { CheckedSettings } from '../../config/checked-settings.ts';
import { drawPictures } from '../../report/pictures.ts';
import { type EvaluationReport, evaluationReport } from '../../report/report.ts';
import { runFacts } from '../../run-list/run-facts.ts';
import type { Experiment } from '../experiment.ts';
import { versions } from '../versions.ts';
import { type FitPriorOptions, fitPrior, type PriorComparison } from './fit-prior.ts';

/** Options of {@link fitPriorOfRun}. */
export interface FitPriorOfRunOptions extends Omit<FitPriorOptions, 'callbacks'> {
  /** The trained run. */
  readonly run: string;
  readonly out: string;
  readonly seed: number;
}

/** The written run. */
export interface FittedRun {
  readonly steps: number;
  /** Undefined without test rows. */
  readonly comparison: PriorComparison | undefined;
  readonly evaluation: EvaluationReport;
  readonly figures: readonly string[];
}

/**
 * Fits a prior to a run's encoded training set and writes a run folder with it: config.json with the new `prior`, the
 * learning curve of the trained run, model.safetensors, report.json, figures, and prior-fit.json with the fit.
 *
 * @throws ExpectationError as {@link fitPrior}, or if the folder cannot be written; the signal's reason after an abort
 */
export async function fitPriorOfRun(parts: Experiment, options: FitPriorOfRunOptions): Promise<FittedRun> {
  const { run, out, settings, progress, signal, ...rest } = options;
  const curve: HistoryEntry[] = [];
  const onEntry = (entry: HistoryEntry) => {
    curve.push(entry);
  };
  const fitted = await fitPrior(parts, { ...options, callbacks: [{ onEntry }] });
  signal?.throwIfAborted();
  const folder = await madeFolder(out, run, settings);
  const { lr, batch, draws, seed } = rest;
  const fit = { from: run, prior: settings.config.prior, steps: fitted.steps, batch, lr, draws, seed };
  folder.saveModel(fitted.parts.model.variables, { prior: settings.config.prior, steps: String(fitted.steps) });
  writeFileAtomically(join(folder.path, FITTED_PRIOR), `${JSON.stringify({ ...fit, curve }, null, 2)}\n`);
  const scored = signal?.aborted ? undefined : await scoredTest(fitted.parts, folder.path, { progress, signal });
  const evaluation = evaluationReport(fitted.parts, scored);
  const { diagnostics: _, checkpoint: __, unfinished: ___, ...trained } = RunFolder.open(run).readReport();
  const facts = runFacts(fitted.parts.plan, folder);
  folder.writeReport({ ...trained, ...evaluation, ...facts, priorFit: { ...fit, ...fitted.comparison } });
  const pictures = await drawPictures(fitted.parts, historyOf(folder), { folder });
  const figures = pictures.map(({ path }) => path);
  return { steps: fitted.steps, comparison: fitted.comparison, evaluation, figures };
}

/** The folder, with the config and the learning curve of the trained run. */
async function madeFolder(out: string, run: string, { config }: CheckedSettings): Promise<RunFolder> {
  const { versions: _, ...recorded } = readRunConfig(run);
  const { prior, objective, engine } = config;
  const folder = RunFolder.create(out, { ...recorded, prior, objective, versions: await versions(engine) });
  writeFileAtomically(folder.metricsPath, readFileSync(RunFolder.open(run).metricsPath));
  return folder;
}

const historyOf = (folder: RunFolder): readonly HistoryEntry[] =>
  folder.readMetrics().filter((entry) => 'terms' in entry) as HistoryEntry[];
