// The fits of a run: one in its own folder, or several, each in a folder under restarts/, of which the best is kept.
import { join } from 'node:path';
import { beginRestart, bestRestart, fitGuide, type Guide, restartBound, type TriedRestart } from '@flowvae/inference';
import { type DurableRun, type ProgressLine, type ProgressStream, trainingProgress } from '@flowvae/runs';
import { type FitResult, type HistoryEntry, NonFiniteError } from '@flowvae/training';
import type { CheckedTarget } from './checked-target.ts';
import { fitOptions } from './fit-options.ts';
import { type OpenOptions, openPart } from './run-record.ts';

/** The fits of a run. */
export interface Fits {
  /** The kept guide. */
  readonly guide: Guide;
  /** The kept fit. */
  readonly fit: FitResult;
  /** Number of the kept one, from 0. */
  readonly kept: number;
  /** The bound of each, nats; NaN where there is one only. */
  readonly bounds: readonly number[];
  /** The metrics of each. */
  readonly histories: readonly (readonly HistoryEntry[])[];
  /** Seconds that steps took before the run was resumed. */
  readonly earlierSeconds: number;
}

/** A fit in a folder of its own. */
interface Tried extends TriedRestart {
  readonly entries: readonly HistoryEntry[];
  readonly earlierSeconds: number;
}

/** Watchers of fits. */
export interface FitsOptions extends Omit<OpenOptions, 'more' | 'resume'> {
  readonly progress: ProgressStream;
  readonly line: ProgressLine;
  readonly signal?: AbortSignal;
}

/**
 * Fits the restarts one after the other. Of several, the metrics of the kept one become those of the run.
 *
 * After a stop, the kept one is the best of those that were finished, or the first. One that diverged is not kept.
 *
 * @throws NonFiniteError if every fit diverged
 */
export async function runFits(checked: CheckedTarget, run: DurableRun, options: FitsOptions): Promise<Fits> {
  const { restarts } = checked.config;
  if (restarts === 1) return fitsOf([await fitIn(run, 0, checked, options)]);
  const folder = join(run.folder.path, 'restarts');
  const tried: Tried[] = [];
  // after a stop the first one still leaves its first parameters
  for (let restart = 0; restart < restarts && (restart === 0 || !options.signal?.aborted); restart++) {
    const part = openPart(join(folder, String(restart + 1)), checked, { ...options, more: { restart } });
    options.progress.write(`restart ${restart + 1} of ${restarts}\n`);
    try {
      tried.push(await fitIn(part, restart, checked, options));
    } finally {
      part.close();
    }
  }
  const fits = fitsOf(tried);
  if (!options.signal?.aborted) await record(fits.histories[fits.kept]!, run);
  return fits;
}

/** Writes entries to the metrics and events of a run that had no fit of its own. */
async function record(entries: readonly HistoryEntry[], { callbacks }: DurableRun): Promise<void> {
  for (const entry of entries) for (const callback of callbacks) await callback.onEntry?.(entry);
}

/** A stopped fit has no bound: it is kept only where there is no other. */
function fitsOf(tried: readonly Tried[]): Fits {
  const bounds = tried.map(({ bound }) => bound);
  const best = bestRestart(tried);
  const kept = tried.indexOf(best);
  for (const [i, { guide }] of tried.entries()) {
    if (i !== kept) for (const variable of Object.values(guide.variables)) variable.dispose();
  }
  const { guide, fit } = best;
  return {
    ...{ guide, fit, kept, bounds },
    histories: tried.map(({ entries }) => entries),
    earlierSeconds: tried.reduce((sum, each) => sum + each.earlierSeconds, 0),
  };
}

async function fitIn(
  run: DurableRun,
  restart: number,
  checked: CheckedTarget,
  { progress, line, signal }: FitsOptions,
): Promise<Tried> {
  const { target, config } = checked;
  const options = fitOptions(checked);
  const { guide, key } = beginRestart(target, restart, options);
  const earlierSeconds = secondsOf(run.entries);
  for (const notice of run.notices) progress.write(`${notice}\n`);
  const isDone = run.from?.step === config.steps;
  if (isDone) progress.write(`all ${config.steps} steps were done before\n`);
  const fit = await savingFailure(run, guide, () =>
    fitGuide(target, guide, {
      ...options,
      key,
      callbacks: [trainingProgress(progress, line), ...run.callbacks],
      ...(run.from ? { from: run.from } : {}),
      ...(signal ? { signal } : {}),
    }),
  );
  if (fit instanceof NonFiniteError) {
    if (config.restarts > 1) line.notice(`restart ${restart + 1} diverged: ${fit.message}`);
    return { guide, fit, bound: Number.NEGATIVE_INFINITY, entries: run.entries, earlierSeconds };
  }
  const isWhole = fit.steps === config.steps && !signal?.aborted;
  const bound = isWhole ? await restartBound(target, guide, options) : Number.NEGATIVE_INFINITY;
  if (isWhole && config.restarts > 1) run.folder.saveModel(guide.variables, { guide: guide.name });
  return { guide, fit, bound, entries: run.entries, earlierSeconds };
}

/** The end of a fit; one that diverges leaves its last parameters, as training does. */
async function savingFailure(
  run: DurableRun,
  guide: Guide,
  fit: () => Promise<FitResult>,
): Promise<FitResult | NonFiniteError> {
  try {
    return await fit();
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    run.folder.saveModel(guide.variables, { guide: guide.name, stopped: 'non-finite' });
    return error;
  }
}

/** The duration of the steps of metrics, seconds. */
function secondsOf(entries: readonly HistoryEntry[]): number {
  let [seconds, last] = [0, 0];
  for (const { step, msPerStep } of entries) {
    seconds += ((step - last) * msPerStep) / 1000;
    last = step;
  }
  return seconds;
}
