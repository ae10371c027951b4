// The runs of a sweep, each checked as `train` checks its options.
import { type SweepSpec, type Trial, trialsOf } from '@flowvae/sweeps';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import type { CheckedSettings } from '../config/checked-settings.ts';
import { parseValue } from '../config/setting/checked-values.ts';
import { type SettingName, settings, settingsAmong, type TrainConfig } from '../config/settings.ts';
import { readExperimentDefinition } from '../definition/read-experiment.ts';
import type { Vocabulary } from '../plugins/vocabulary.ts';
import type { PlannedTrial } from './sweep-folder.ts';

/** A run, and its settings with those of its module and the defaults. */
export interface CheckedTrial {
  readonly trial: PlannedTrial;
  readonly config: TrainConfig;
  readonly settings: CheckedSettings;
}

/** Checks the options of one run, as `train` does. */
export type Check = (module: string | undefined, flags: Readonly<Record<string, unknown>>) => Promise<CheckedSettings>;

/**
 * Parses the settings of all runs and checks each.
 *
 * @throws ExpectationError for a spec without runs or with too many, for two equal runs, and for a mistake, by the name
 * of its run
 */
export async function plannedTrials(spec: SweepSpec, vocabulary: Vocabulary, check: Check): Promise<CheckedTrial[]> {
  await refuseStrangers(spec);
  const trials = trialsOf(spec);
  if (trials.length === 0) {
    throw new ExpectationError({ where: 'sweep', expected: 'a run', received: 'none: all are left out' });
  }
  const planned: CheckedTrial[] = [];
  const known = new Map<string, string>();
  for (const trial of trials) {
    const checked = await checkedTrial(trial, { spec, vocabulary, check });
    refuseEqual(checked.trial, known);
    planned.push(checked);
  }
  return planned;
}

interface Checks {
  readonly spec: SweepSpec;
  readonly vocabulary: Vocabulary;
  readonly check: Check;
}

async function checkedTrial(trial: Trial, { spec, vocabulary, check }: Checks): Promise<CheckedTrial> {
  const { slug, index, module, set, values } = trial;
  return ofRun(slug, async () => {
    const parsed = parsedSettings(trial.settings, vocabulary);
    const own = Object.keys(set).length > 0 ? { set } : {};
    const checked = await check(module, { ...parsed, ...own, plugin: spec.plugins });
    const { config } = checked;
    const named = module === undefined ? {} : { module };
    return {
      trial: { slug, index, ...named, steps: config.steps, settings: parsed, set: { ...set }, values },
      config,
      settings: checked,
    };
  });
}

/** Names a run in errors. */
export async function ofRun<T>(slug: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    const { where, expected, received, remedy } = error;
    throw new ExpectationError({ where: `run ${slug}: ${where}`, expected, received, remedy });
  }
}

/** `1e-3` and `0.001` would be two configurations with the same runs. */
function refuseEqual({ slug, settings: given, set, module }: PlannedTrial, known: Map<string, string>): void {
  const name = JSON.stringify([module, given, set]);
  const other = known.get(name);
  if (other !== undefined) {
    const expected = 'settings that differ from those of all other runs';
    throw new ExpectationError({ where: `run ${slug}`, expected, received: `those of ${other}` });
  }
  known.set(name, slug);
}

function parsedSettings(texts: Trial['settings'], { networks }: Vocabulary): Record<string, unknown> {
  const table = settingsAmong(networks);
  const entries = Object.entries(texts).map(([name, text]) => [
    name,
    parseValue(name, table[name as SettingName]!, text),
  ]);
  return Object.fromEntries(entries);
}

/** @throws ExpectationError for a setting that `train` does not have */
async function refuseStrangers({ columns, rows, settings: shared, module }: SweepSpec): Promise<void> {
  const given = [
    ...columns.map(({ setting }) => setting),
    ...rows.flatMap((row) => Object.keys(row)),
    ...Object.keys(shared),
  ];
  const names = Object.keys(settings);
  const stranger = given.find((name) => !names.includes(name) && name !== 'module' && !name.startsWith('set.'));
  if (stranger === undefined) return;
  const own = module === undefined ? [] : await ownSettings(module);
  throw new ExpectationError({
    where: `sweep: ${stranger}`,
    expected: 'a setting of train, module, or set.<name> of the module',
    received: 'no setting of this name',
    remedy: own.includes(stranger) ? `did you mean set.${stranger}?` : didYouMean(stranger, names),
  });
}

/** The names of a module's own settings. */
const ownSettings = async (module: string): Promise<readonly string[]> =>
  Object.keys((await readExperimentDefinition(module)).settings ?? {});
