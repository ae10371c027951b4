// The columns of a table: settings, by which runs are grouped, and measures, which are summarised over seeds.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { type SettingName, settings } from '../../config/settings.ts';
import { valueText } from '../runs/run-identity.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type Measure, measureNames, measureOf } from './measures.ts';
import { areOfOneSweep, camel, isSettingName } from './sweeps.ts';

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

/**
 * The columns of the options; by default the settings that vary among the runs, and the usual measures. Unless the user
 * groups the runs, columns are added until no group mixes methods.
 */
export function columnsOf(runs: readonly RunRecord[], { columns, by, metric }: ColumnOptions): Columns {
  const measured = measureNames(runs);
  const isMeasured = (name: string) => measured.includes(measureOf(name).name);
  const isMeasure = (name: string) => !isSetting(runs, name) && isMeasured(name);
  for (const name of columns ?? [])
    if (!isSetting(runs, name) && !isMeasure(name)) refuse(runs, 'compare: column', name);
  for (const name of by ?? []) if (!isSetting(runs, name)) refuse(runs, '--by', name);
  if (!isMeasured(metric)) refuse(runs, '--metric', metric);
  const chosen = columns?.filter((name) => !isMeasure(name));
  const groups = distinct(by ?? (chosen ? tellingApart(runs, chosen) : varyingColumns(runs)));
  const shown = columns?.filter(isMeasure) ?? DEFAULTS.filter((name) => runs.some((run) => hasValue(run, name)));
  const measures = [...new Set([measureOf(metric).name, ...shown.map((name) => measureOf(name).name)])];
  return {
    groups: (groups.length > 0 ? groups : [alike(runs)]).map((name) => ({ name, of: (run) => groupValue(run, name) })),
    measures: measures.map(measureOf),
    metric: measureOf(metric),
  };
}

/** The column of runs that differ in nothing: their flow, the model of a density, or the module that reads no flow. */
function alike(runs: readonly RunRecord[]): string {
  const [{ config, identity, report }] = runs as [RunRecord];
  const readsFlow = config.flow !== undefined && !(Array.isArray(report.unused) && report.unused.includes('flow'));
  if (readsFlow || identity.module === undefined) return 'flow';
  return identity.module === DENSITY ? `${SET}model` : 'module';
}

const DENSITY = 'density';

const DEFAULTS = ['nll', 'elbo', 'seconds'];

const hasValue = (run: RunRecord, name: string) => measureOf(name).of(run) !== undefined;

/** A run's own name, as a column. */
const RUN = 'run';
const SET = 'set.';

const settingNames = Object.keys(settings);

const isSetting = (runs: readonly RunRecord[], name: string): boolean =>
  name === RUN || isSettingName(name) || runs.some((run) => isOwn(run, name));

const isOwn = ({ set, values, identity }: RunRecord, name: string): boolean =>
  Object.hasOwn(values, name) ||
  Object.hasOwn(identity, name) ||
  (name.startsWith(SET) && Object.hasOwn(set, name.slice(SET.length)));

/** Each column once, under the first of its names. */
const distinct = (names: readonly string[]): readonly string[] =>
  names.filter((name, i) => names.findIndex((each) => each === name || camel(each) === camel(name)) === i);

/** A run's value in a column; `-` for none. */
function groupValue(run: RunRecord, column: string): string {
  const { name, values, set, identity, config } = run;
  if (Object.hasOwn(values, column)) return String(values[column]);
  if (column === RUN) return name;
  if (Object.hasOwn(identity, column)) return identity[column]!;
  return valueText(column.startsWith(SET) ? set[column.slice(SET.length)] : config[camel(column)]);
}

/** The columns of sweeps. */
const sweepColumns = (runs: readonly RunRecord[]) => [...new Set(runs.flatMap(({ values }) => Object.keys(values)))];

/** All columns that may tell methods apart, in their order. A sweep's label says nothing about runs beside it. */
function candidates(runs: readonly RunRecord[]): readonly string[] {
  const own = runs.flatMap(({ set }) => Object.keys(set).map((name) => SET + name));
  const identities = runs.flatMap(({ identity }) => Object.keys(identity));
  const names = [...settingNames, ...own, ...identities, ...(areOfOneSweep(runs) ? sweepColumns(runs) : [])];
  return [...new Set(names)].filter((name) => !NO_METHOD.includes(name));
}

/** The number of groups by some columns. */
const groupCount = (runs: readonly RunRecord[], names: readonly string[]) =>
  new Set(runs.map((run) => JSON.stringify(names.map((name) => groupValue(run, name))))).size;

/** Everything that makes a method and differs among runs. */
export const varying = (runs: readonly RunRecord[]): readonly string[] =>
  candidates(runs).filter((name) => groupCount(runs.filter(takes(name)), [name]) > 1);

/** Options of a VAE do not tell it from a density, which has none of them: the model does. */
const takes =
  (name: string) =>
  ({ config, identity }: RunRecord): boolean =>
    identity.module !== DENSITY || !isSettingName(name) || config[camel(name)] !== undefined;

/** The columns that vary; of one sweep its own, and others only where those do not tell the methods apart. */
function varyingColumns(runs: readonly RunRecord[]): readonly string[] {
  if (!areOfOneSweep(runs)) return varying(runs);
  const names = [...varying(runs), ...runs.flatMap(({ sweep }) => sweep!.varied)];
  return tellingApart(
    runs,
    sweepColumns(runs).filter((name) => names.includes(name)),
  );
}

/** The columns, and those that tell apart methods which they would mix. */
function tellingApart(runs: readonly RunRecord[], names: readonly string[]): readonly string[] {
  const told = [...names];
  for (const name of varying(runs)) {
    if (groupCount(runs, [...told, name]) > groupCount(runs, told)) told.push(name);
  }
  return told;
}

/** All that makes the method of a run, as one text. */
export function methodKeys(runs: readonly RunRecord[]): (run: RunRecord) => string {
  const names = varying(runs);
  return (run) => JSON.stringify(names.map((name) => groupValue(run, name)));
}

/** The kinds of names by their place. */
const expectations: Readonly<Record<string, string>> = {
  '--metric': 'nll, elbo or a number of report.json',
  '--by': 'a setting',
};

function refuse(runs: readonly RunRecord[], where: string, name: string): never {
  const isMetric = where === '--metric';
  const ofRuns = [...candidates(runs), ...sweepColumns(runs), RUN, ...NO_METHOD];
  const names = [...(isMetric ? [] : ofRuns), ...(where === '--by' ? [] : measureNames(runs))];
  const near = didYouMean(name, names);
  throw new ExpectationError({
    where,
    expected: expectations[where] ?? 'a setting, or a number of report.json',
    received: `'${name}'`,
    remedy: `${near ? `${near} The` : 'the'} names are ${[...new Set(names)].join(', ')}`,
  });
}
