// Runs compared: grouped over seeds, with differences that are told from noise.
import { isAbsolute, relative } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { areValidated, type CurvePoint, runCurves } from './runs/learning-curves.ts';
import { runPlaces } from './runs/run-places.ts';
import { type LeftOut, readRun } from './runs/run-record.ts';
import { sameEvaluation } from './runs/same-evaluation.ts';
import { type Columns, columnsOf } from './table/columns.ts';
import { type GroupDifference, groupDifferences } from './table/differences.ts';
import { type Group, groupRuns } from './table/groups.ts';
import type { Direction, Measure } from './table/measures.ts';
import { withComparableSettings } from './table/sweeps.ts';
import { type Verdict, verdictOf } from './table/verdict.ts';

/** Options of {@link compareRuns}. */
export interface CompareOptions {
  /**
   * Settings, `set.<name>`, `module`, `plugins`, `priorFit`, columns of a sweep, or numbers of report.json; default:
   * the settings that vary among the runs, and test NLL, test ELBO and seconds.
   */
  readonly columns?: readonly string[] | undefined;
  /**
   * The columns by which runs are grouped, whatever else differs among the runs of a group; default: the settings among
   * the columns, and those that tell apart methods which they would mix.
   */
  readonly by?: readonly string[] | undefined;
  /** `nll` (default), `elbo`, or any number of report.json by its path, such as `terms.logDet`. */
  readonly metric?: string | undefined;
  /** The group that the others are compared with, by its values; default: the best one. */
  readonly baseline?: string | undefined;
  /** Of the intervals and, as 1 − level, of the tests. Default 0.95. */
  readonly level?: number | undefined;
  /** A difference that does not matter, in the unit of the metric. Default: every difference matters. */
  readonly margin?: number | undefined;
}

/** A column of a comparison's table. */
export interface ComparisonColumn {
  readonly name: string;
  readonly label: string;
  readonly direction: Direction;
}

/** A measure over the seeds of a row. */
export interface MeasureSummary {
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
  readonly se: number;
}

/** A row: one method. */
export interface ComparisonRow {
  readonly values: Readonly<Record<string, string>>;
  readonly label: string;
  readonly runs: readonly string[];
  readonly seeds: readonly number[];
  readonly measures: Readonly<Record<string, MeasureSummary>>;
  /** Absent from the reference. */
  readonly difference?: GroupDifference;
  /** Absent from the reference. */
  readonly verdict?: Verdict;
  readonly isReference: boolean;
  /** The bound by step, for each run. */
  readonly curves: readonly (readonly CurvePoint[])[];
}

/** A comparison of runs. */
export interface Comparison {
  readonly groupColumns: readonly string[];
  readonly measureColumns: readonly ComparisonColumn[];
  readonly metric: ComparisonColumn;
  readonly level: number;
  /** Whether the reference is the best row, or the baseline that was named. */
  readonly reference: 'best' | 'baseline' | 'first';
  /** The comparisons for which p is corrected. */
  readonly comparisons: number;
  /** The reference first, then by the metric. */
  readonly rows: readonly ComparisonRow[];
  readonly leftOut: readonly LeftOut[];
  readonly notices: readonly string[];
  /** Whether the curves are bounds of validation rows; else of training batches. */
  readonly isValidated: boolean;
}

/**
 * Compares runs by their folders. Runs that are unfinished, damaged or evaluated on other rows are left out and named.
 *
 * @param paths folders of runs, of sweeps, or of several runs
 * @throws ExpectationError for a path without runs, unknown columns, or where no run can be compared
 */
export function compareRuns(paths: readonly string[], options: CompareOptions = {}): Comparison {
  const { metric: name = 'nll', level = 0.95, margin } = options;
  refuseLevel(level);
  const read = runPlaces(paths).map(readRun);
  const damaged = read.filter((each) => 'reason' in each);
  const { kept: alike, leftOut: others } = sameEvaluation(read.filter((each) => 'config' in each));
  if (alike.length === 0) throw noRuns([...damaged, ...others]);
  const kept = withComparableSettings(alike);
  const columns = columnsOf(kept, { ...options, metric: name });
  const { groups, leftOut, notices } = groupRuns(kept, columns);
  const all = [...damaged, ...others, ...leftOut];
  if (groups.length === 0) throw noRuns(all);
  const baseline = options.baseline === undefined ? undefined : baselineIn(groups, columns, options.baseline);
  const { metric } = columns;
  const { reference, differences, comparisons } = groupDifferences(groups, { metric, level, baseline });
  const curves = groups.map(({ runs }) => runs.map((run) => runCurves(run.path)));
  const isValidated = areValidated(curves.flat());
  const rows = groups.map((group, i): ComparisonRow => {
    const difference = differences[i];
    const verdict = difference && verdictOf(difference, { direction: metric.direction, level, margin, comparisons });
    return {
      ...rowOf(group, columns),
      ...(difference ? { difference } : {}),
      ...(verdict ? { verdict } : {}),
      isReference: i === reference,
      curves: curves[i]!.map(({ validation, training }) => (isValidated ? validation : training)),
    };
  });
  return {
    groupColumns: columns.groups.map((column) => column.name),
    measureColumns: columns.measures.map(described),
    metric: described(metric),
    level,
    reference: baseline !== undefined ? 'baseline' : metric.direction === 'unknown' ? 'first' : 'best',
    comparisons,
    rows: inOrder(rows, metric),
    leftOut: all,
    notices: [...notices, ...unpaired(rows), ...seedsAlone(rows, metric)],
    isValidated,
  };
}

const described = ({ name, label, direction }: ComparisonColumn): ComparisonColumn => ({ name, label, direction });

function rowOf({ values, label, runs, summaries }: Group, { groups, measures }: Columns) {
  return {
    values: Object.fromEntries(groups.map(({ name }, i) => [name, values[i]!])),
    label,
    runs: runs.map(({ path }) => shortPath(path)),
    seeds: runs.map(({ config }) => Number(config.seed)),
    measures: Object.fromEntries(measures.map(({ name }, i) => [name, summaries[i]!])),
  };
}

function shortPath(path: string): string {
  const short = relative('.', path);
  return isAbsolute(path) && short.startsWith('..') ? path : short;
}

/** The reference first, then by the metric, the best first. */
function inOrder(rows: readonly ComparisonRow[], { name, direction }: ComparisonColumn): readonly ComparisonRow[] {
  if (direction === 'unknown') return rows.toSorted((a, b) => Number(b.isReference) - Number(a.isReference));
  const sign = direction === 'lower' ? 1 : -1;
  const place = ({ isReference, measures }: ComparisonRow) =>
    isReference ? Number.NEGATIVE_INFINITY : sign * measures[name]!.mean;
  return rows.toSorted((a, b) => place(a) - place(b) || 0);
}

/** Differences without pairs have larger errors than they need. */
function unpaired(rows: readonly ComparisonRow[]): string[] {
  const names = rows.flatMap(({ difference, label }) => (difference?.source === 'unpaired rows' ? [label] : []));
  if (names.length === 0) return [];
  return [
    `${names.join('; ')}: not paired, for a run has no scores of single rows; run flowvae evaluate on all runs for smaller errors`,
  ];
}

/** Errors of measures over test rows, in which the test rows have no part. */
function seedsAlone(rows: readonly ComparisonRow[], { label, errorOf }: Measure): string[] {
  const isAlone = ({ difference }: ComparisonRow) => difference?.source === 'seeds alone' && difference.se > 0;
  const names = rows.filter(isAlone).map((row) => row.label);
  if (names.length === 0 || !errorOf) return [];
  return [`${names.join('; ')}: ${label} without an error over test rows: other rows may turn its difference round`];
}

/** The group that the user names: by its values, joined by commas, or as `flow=none,lr=0.001`. */
function baselineIn(groups: readonly Group[], { groups: columns }: Columns, text: string): number {
  const wanted = text.split(',').map((word) => word.trim());
  const isNamed = ({ values }: Group) =>
    values.join(',') === wanted.join(',') ||
    wanted.every((word) => columns.some(({ name }, i) => word === `${name}=${values[i]}`));
  const found = [...groups.keys()].filter((i) => isNamed(groups[i]!));
  if (found.length === 1) return found[0]!;
  throw new ExpectationError({
    where: '--baseline',
    expected: `one of ${groups.map(({ label }) => `'${label}'`).join(', ')}`,
    received: `'${text}'${found.length > 1 ? ', which names several' : ''}`,
  });
}

function refuseLevel(level: number): void {
  if (level >= 0.5 && level < 1) return;
  throw new ExpectationError({ where: '--level', expected: 'a number from 0.5 to below 1', received: String(level) });
}

const noRuns = (leftOut: readonly LeftOut[]) =>
  new ExpectationError({
    where: 'compare',
    expected: 'runs that can be compared',
    received: leftOut.map(({ name, reason }) => `${name} (${reason})`).join(', ') || 'none',
  });
