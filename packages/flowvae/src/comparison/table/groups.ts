// Runs of one method, which differ in their seeds.
import { type Summary, summarise } from '@flowvae/comparison';
import type { LeftOut, RunRecord } from '../runs/run-record.ts';
import { type Columns, methodKeys, varying } from './columns.ts';
import type { Measure } from './measures.ts';

/** The runs of one row of a table. */
export interface Group {
  /** The values in the group columns. */
  readonly values: readonly string[];
  readonly label: string;
  readonly runs: readonly RunRecord[];
  /** Each measure over the runs, in the order of the columns. */
  readonly summaries: readonly Summary[];
}

/** Groups, left-out runs, and notices for the user. */
export interface Grouped {
  readonly groups: readonly Group[];
  readonly leftOut: readonly LeftOut[];
  readonly notices: readonly string[];
}

/**
 * Groups runs by the columns. Runs without a finite number of the metric are left out, and so are repetitions: runs of
 * one method with one seed, whatever the number of threads, are one sample.
 */
export function groupRuns(runs: readonly RunRecord[], { groups: columns, measures, metric }: Columns): Grouped {
  const leftOut: LeftOut[] = [];
  const methodOf = methodKeys(runs);
  const byLabel = new Map<string, RunRecord[]>();
  for (const run of runs) {
    if (metric.of(run) === undefined) {
      leftOut.push({ name: run.name, reason: metric.faultOf?.(run) ?? `no ${metric.label}: run flowvae evaluate` });
      continue;
    }
    const key = JSON.stringify(columns.map((column) => column.of(run)));
    const members = byLabel.get(key) ?? [];
    const isTwin = (member: RunRecord) => member.config.seed === run.config.seed && methodOf(member) === methodOf(run);
    const twin = members.find(isTwin);
    if (twin) leftOut.push({ name: run.name, reason: `the settings and the seed of ${twin.name}: no other sample` });
    else byLabel.set(key, [...members, run]);
  }
  const groups = [...byLabel].map(([key, members]) => {
    const values = JSON.parse(key) as string[];
    const summaries = measures.map((measure) => summarise(members.flatMap((run) => measure.of(run) ?? [])));
    return { values, label: values.join(', '), runs: members, summaries };
  });
  const notices = groups.flatMap((group) => [...mixture(group), ...incomplete(group, measures)]);
  return { groups, leftOut, notices };
}

/** A group that holds several methods is told. */
function mixture({ label, runs }: Group): string[] {
  const names = varying(runs);
  return names.length === 0 ? [] : [`${label}: its runs differ in ${names.join(', ')}, too, not in their seeds alone`];
}

/** Measures that only some runs of a group have: their mean is one of fewer runs. */
const incomplete = ({ label, runs, summaries }: Group, measures: readonly Measure[]): string[] =>
  measures.flatMap(({ label: measure }, i) => {
    const { n } = summaries[i]!;
    return n > 0 && n < runs.length
      ? [`${label}: ${measure} of ${n} of ${runs.length} runs; the others have none`]
      : [];
  });
