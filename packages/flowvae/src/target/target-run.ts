// One run of `flowvae target` from settings to report: fits, the estimate, draws and pictures; new or resumed.
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { estimateKey, estimateTarget, type TargetEstimate } from '@flowvae/inference';
import { key } from '@flowvae/random';
import { ProgressLine, type ProgressStream } from '@flowvae/runs';
import { parameterCount } from '@flowvae/tensor';
import { resultsOf } from '../records/hyperparameters.ts';
import { grouped } from '../report/counted.ts';
import { chooseTrainingBackend } from '../run/evaluate-test.ts';
import type { DurableOptions } from '../run/training/durable-options.ts';
import { versions } from '../run/versions.ts';
import { chainsReport, refinedDraws, writeChains } from './chains.ts';
import type { CheckedTarget } from './checked-target.ts';
import { writeDraws } from './draws-file.ts';
import { drawTargetFigures } from './figures/target-figures.ts';
import { refuseMisfit } from './fit-options.ts';
import { type Fits, runFits } from './restarts.ts';
import { openTargetRun } from './run-record.ts';
import { type TargetReport, targetReport } from './target-report.ts';

/** A run folder, its watchers, and its end. */
export interface TargetRunOptions extends DurableOptions {
  /** Stops after the current step; the run then saves the parameters, without the estimate or the chains to come. */
  readonly signal?: AbortSignal;
}

/** A run's report and its files. */
export interface TargetRun {
  readonly report: TargetReport;
  /** The path of the draws; absent where the run was stopped. */
  readonly draws?: string;
  /** Paths of the files of chains. */
  readonly chainFiles: readonly string[];
  /** Paths of the figures. */
  readonly figures: readonly string[];
}

const silent: ProgressStream = { write: () => true };

/**
 * Fits a guide to a target and writes config.json, metrics.jsonl, checkpoints, model.safetensors, report.json,
 * draws.csv and figures to the run folder.
 *
 * @throws ExpectationError before any work if options do not fit together or the folder cannot be used; NonFiniteError
 * if a fit diverges
 */
export async function targetRun(checked: CheckedTarget, options: TargetRunOptions): Promise<TargetRun> {
  const began = performance.now();
  const { out, progress = silent, signal } = options;
  refuseMisfit(checked);
  await chooseTrainingBackend(checked.config.engine, { isResumed: options.resume ?? false });
  const under = await versions(checked.config.engine);
  const line = new ProgressLine(progress);
  const watched = { ...options, progress, line, versions: under };
  const run = openTargetRun(out, checked, watched);
  if (signal) setMaxListeners(20, signal);
  const earlier = options.resume ? (run.folder.readReport() as Partial<TargetReport>) : {};
  try {
    const fits = await runFits(checked, run, watched);
    const { variables, name: guide } = fits.guide;
    run.folder.saveModel(variables, { guide, dim: String(checked.target.dim), steps: String(fits.fit.steps) });
    const estimate = signal?.aborted ? undefined : await estimated(checked, fits, watched);
    const refined = estimate && (await refinedDraws(checked, fits, { progress, signal }));
    const seconds = fits.earlierSeconds + (performance.now() - began) / 1000;
    const chains = refined && chainsReport(refined);
    const parameters = parameterCount(variables);
    const fresh = targetReport(checked, fits, { estimate, chains, seconds, parameters });
    const report = { ...fresh, ...timesOf(earlier) };
    if (!estimate) {
      run.folder.writeReport(report);
      return { report, chainFiles: [], figures: [] };
    }
    const draws = join(run.folder.path, 'draws.csv');
    await writeDraws(draws, estimate.draws);
    const chainFiles = writeChains(run.folder.path, refined);
    const pictures = await drawTargetFigures(
      checked,
      { ...fits, estimate },
      { folder: run.folder, file: options.figures },
    );
    for (const { name, png } of pictures) run.recordImage(name, fits.fit.steps, png());
    run.recordResults(fits.fit.steps, resultsOf(report, run.validations));
    run.folder.writeReport(report); // the last file: a folder whose report has all that was asked for is complete
    return { report, draws, chainFiles, figures: pictures.map(({ path }) => path) };
  } finally {
    run.close();
  }
}

/** A run that was finished before, and gets chains now, keeps the times of its fit. */
const timesOf = ({ elbo, msPerStep, seconds }: Partial<TargetReport>) =>
  typeof elbo === 'number' && msPerStep !== undefined && seconds !== undefined ? { msPerStep, seconds } : {};

/** The estimate; undefined if it was stopped. */
async function estimated(
  checked: CheckedTarget,
  { guide }: Fits,
  { progress = silent, signal }: TargetRunOptions,
): Promise<TargetEstimate | undefined> {
  const { samples, seed, engine, threads } = checked.config;
  progress.write(`estimating by ${grouped(samples)} draws\n`);
  const options = { samples, engine, threads, key: estimateKey(key(seed)), ...(signal ? { signal } : {}) };
  try {
    return await estimateTarget(checked.target, guide, options);
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}
