// Tries the runs of a sweep on their data, so that a mistake shows before the first one begins: data, plan, model and
// batches of each configuration are made as its training makes them, and no step is done.
import type { DataSet } from '@flowvae/datasets';
import type { CheckedSettings } from '../config/checked-settings.ts';
import { type ReadingConfig, readingSettings } from '../config/data-options.ts';
import { optimizerSettings, type SettingName } from '../config/settings.ts';
import { isOwnData } from '../definition/own-data.ts';
import { chooseBackend } from '../run/evaluate-test.ts';
import { openExperimentData, tryOn } from '../run/experiment.ts';
import { ofRun } from './planned-trials.ts';

/** A run to try. */
export interface TriedRun {
  readonly slug: string;
  readonly settings: CheckedSettings;
}

/** Settings that decide neither data nor model nor batches: runs that differ in them alone are tried once. */
const WITHOUT_PART = [
  ...optimizerSettings,
  ...(['seed', 'onNonFinite'] as const),
  ...(['keep', 'patience', 'evalSamples', 'evalImages', 'engine', 'threads', 'steps'] as const),
] satisfies readonly SettingName[];

/**
 * Tries each configuration once.
 *
 * @param onProgress called with the number of runs that were looked at
 * @throws ExpectationError for the first mistake, by the name of its run
 */
export async function tryRuns(runs: readonly TriedRun[], onProgress: (done: number) => void): Promise<void> {
  await chooseBackend('compiled');
  const known = new Set<string>();
  const sets = new Map<string, DataSet>();
  try {
    for (const [done, { slug, settings }] of runs.entries()) {
      onProgress(done);
      const name = nameOf(settings);
      if (!known.has(name)) await ofRun(slug, () => tryRun(settings, sets));
      known.add(name);
    }
  } finally {
    for (const set of sets.values()) set.close();
  }
}

/** Runs with equal names have the same data, model and batches. */
function nameOf({ config, own, formulas: _ }: CheckedSettings): string {
  const decisive = Object.entries(config).filter(([name]) => !(WITHOUT_PART as readonly string[]).includes(name));
  return JSON.stringify([decisive, own?.module?.path ?? own?.builtIn, own?.values, own?.set]);
}

async function tryRun(settings: CheckedSettings, sets: Map<string, DataSet>): Promise<void> {
  const { config } = settings;
  const reading: ReadingConfig = config;
  const source = JSON.stringify([...readingSettings, 'condition', 'likelihood'].map((name) => reading[name as never]));
  const isShared = !isOwnData(config.data); // a module may make other data for each run
  const set = (isShared ? sets.get(source) : undefined) ?? (await openExperimentData(settings));
  if (isShared) sets.set(source, set);
  try {
    tryOn(set, settings);
  } finally {
    if (!isShared) set.close();
  }
}
