// The columns of a table: settings, by which runs are grouped, and measures, which are summarised over seeds.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { type SettingName, settings } from '../../config/settings.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type Measure, measureNames, measureOf } from './measures.ts';

/** A column of values that are the same within a group. */
interface GroupColumn {
  readonly name: string;
  readonly of: (run: RunRecord) => string;
}

/** The choice of columns. */
export interface ColumnOptions {
  /** Settings, `set.<name>`, columns of a sweep, or numbers of report.json. */
  readonly columns?: readonly string[] | undefined;
  /** The columns by which runs are grouped. */
  readonly by?: readonly string[] | undefined;
  /** The number that is compared. */
  readonly metric: string;
}

/** The columns of a table. */
export interface Columns {
  readonly groups: readonly GroupColumn[];
  readonly measures: readonly Measure[];
  readonly metric: Measure;
}

/** Settings that are no part of a method: its seeds, its machine, its evaluation, the place of its data. */
const NO_METHOD: readonly string[] = [
  ...(['seed', 'threads', 'evalSamples', 'evalImages', 'data'] satisfies SettingName[]),
];

/** The columns of the options; by default the settings that vary among the runs, and the usual measures. */
export function columnsOf(runs: readonly RunRecord[], { columns, by, metric }: ColumnOptions): Columns {
  const measured = measureNames(runs);
  const isMeasured = (name: string) => measured.includes(measureOf(name).name);
  const isMeasure = (name: string) => !isSetting(runs, name) && isMeasured(name);
  for (const name of [...(columns ?? []), ...(by ?? [])]) {
    if (!isSetting(runs, name) && !isMeasure(name)) refuse(runs, 'compare: column', name);
  }
  if (!isMeasured(metric)) refuse(runs, '--metric', metric);
  const groups = by ?? columns?.filter((name) => !isMeasure(name)) ?? varying(runs);
  const chosen = columns?.filter(isMeasure) ?? DEFAULTS.filter((name) => runs.some((run) => hasValue(run, name)));
  const measures = [...new Set([measureOf(metric).name, ...chosen.map((name) => measureOf(name).name)])];
  return {
    groups: (groups.length > 0 ? groups : ['flow']).map((name) => ({ name, of: (run) => groupValue(run, name) })),
    measures: measures.map(measureOf),
    metric: measureOf(metric),
  };
}

const DEFAULTS = ['nll', 'elbo', 'seconds'];

const hasValue = (run: RunRecord, name: string) => measureOf(name).of(run) !== undefined;

/** A run's own name, as a column. */
const RUN = 'run';
const SET = 'set.';

const settingNames = Object.keys(settings);

const isSetting = (runs: readonly RunRecord[], name: string): boolean =>
  name === RUN || settingNames.includes(camel(name)) || runs.some(({ set, values }) => isOwn(set, values, name));

const isOwn = (set: object, values: object, name: string): boolean =>
  Object.hasOwn(values, name) || (name.startsWith(SET) && Object.hasOwn(set, name.slice(SET.length)));

/** Settings are named as in config.json or as options. */
const camel = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A run's value in a column; `-` for none. */
function groupValue({ name, values, set, config }: RunRecord, column: string): string {
  if (Object.hasOwn(values, column)) return String(values[column]);
  if (column === RUN) return name;
  const found = column.startsWith(SET) ? set[column.slice(SET.length)] : config[camel(column)];
  return found === undefined ? '-' : textOf(found);
}

const textOf = (value: unknown) => (Array.isArray(value) ? value.join(',') : String(value)) || '-';

/** The settings, in their order, whose values differ among runs; of sweeps their columns. */
export function varying(runs: readonly RunRecord[]): readonly string[] {
  const ofSweeps = new Set(runs.flatMap(({ values }) => Object.keys(values)));
  const own = new Set(runs.flatMap(({ set }) => Object.keys(set).map((name) => SET + name)));
  const isSweep = ofSweeps.size > 0 && runs.every(({ values }) => Object.keys(values).length > 0);
  const candidates = isSweep ? [...ofSweeps] : [...settingNames, ...own, ...ofSweeps];
  return candidates.filter(
    (name) => !NO_METHOD.includes(name) && new Set(runs.map((run) => groupValue(run, name))).size > 1,
  );
}

function refuse(runs: readonly RunRecord[], where: string, name: string): never {
  const names = [
    ...settingNames,
    ...measureNames(runs),
    ...runs.flatMap(({ values, set }) => [...Object.keys(values), ...Object.keys(set).map((each) => SET + each)]),
  ];
  throw new ExpectationError({
    where,
    expected: where === '--metric' ? 'nll, elbo or a number of report.json' : 'a setting, or a number of report.json',
    received: `'${name}'`,
    remedy: didYouMean(name, names),
  });
}
