// The runs of a sweep, each checked as `train` checks its options.
import { type SweepSpec, type Trial, trialsOf } from '@flowvae/sweeps';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { parseValue } from '../config/setting/checked-values.ts';
import { type SettingName, settings, settingsAmong } from '../config/settings.ts';
import type { Vocabulary } from '../plugins/vocabulary.ts';
import type { PlannedTrial } from './sweep-folder.ts';

/** Limit on the runs of a sweep. */
const MOST_TRIALS = 100_000;

/** Checks the options of one run, as `train` does. */
export type Check = (module: string | undefined, flags: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * Parses the settings of all runs and checks each.
 *
 * @throws ExpectationError for a spec without runs or with too many; for a mistake, that names the run
 */
export async function plannedTrials(spec: SweepSpec, vocabulary: Vocabulary, check: Check): Promise<PlannedTrial[]> {
  refuseStrangers(spec);
  const trials = trialsOf(spec);
  if (trials.length === 0 || trials.length > MOST_TRIALS) {
    const expected = `1 to ${MOST_TRIALS} runs`;
    throw new ExpectationError({ where: 'sweep', expected, received: String(trials.length) });
  }
  const planned: PlannedTrial[] = [];
  for (const trial of trials) planned.push(await checked(trial, { spec, vocabulary, check }));
  return planned;
}

interface Checks {
  readonly spec: SweepSpec;
  readonly vocabulary: Vocabulary;
  readonly check: Check;
}

async function checked(trial: Trial, { spec, vocabulary, check }: Checks): Promise<PlannedTrial> {
  const { slug, index, module, set, values } = trial;
  try {
    const parsed = parsedSettings(trial.settings, vocabulary);
    const own = Object.keys(set).length > 0 ? { set } : {};
    await check(module, { ...parsed, ...own, plugin: spec.plugins });
    return { slug, index, ...(module === undefined ? {} : { module }), settings: parsed, set: { ...set }, values };
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    const { where, expected, received, remedy } = error;
    throw new ExpectationError({ where: `run ${slug}: ${where}`, expected, received, remedy });
  }
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
function refuseStrangers({ columns, rows, settings: shared }: SweepSpec): void {
  const given = [
    ...columns.map(({ setting }) => setting),
    ...rows.flatMap((row) => Object.keys(row)).filter((name) => !columns.some((column) => column.name === name)),
    ...Object.keys(shared),
  ];
  const names = Object.keys(settings);
  const stranger = given.find((name) => !names.includes(name) && name !== 'module' && !name.startsWith('set.'));
  if (stranger === undefined) return;
  throw new ExpectationError({
    where: `sweep: ${stranger}`,
    expected: 'a setting of train, module, or set.<name> of the module',
    received: 'no setting of this name',
    remedy: didYouMean(stranger, names),
  });
}
