// Runs of one method, which differ in their seeds.
import { isDeepStrictEqual } from 'node:util';
import { type Summary, summarise } from '@flowvae/comparison';
import type { LeftOut, RunRecord } from '../runs/run-record.ts';
import { type Columns, varying } from './columns.ts';

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

/** Groups runs by the columns. Runs without the metric are left out, and so are repetitions of a run. */
export function groupRuns(runs: readonly RunRecord[], { groups: columns, measures, metric }: Columns): Grouped {
  const leftOut: LeftOut[] = [];
  const byLabel = new Map<string, RunRecord[]>();
  for (const run of runs) {
    if (metric.of(run) === undefined) {
      leftOut.push({ name: run.name, reason: `no ${metric.label}: run flowvae evaluate` });
      continue;
    }
    const key = JSON.stringify(columns.map((column) => column.of(run)));
    const members = byLabel.get(key) ?? [];
    const twin = members.find((member) => isRepetition(member, run));
    if (twin) leftOut.push({ name: run.name, reason: `the settings and the seed of ${twin.name}: no other sample` });
    else byLabel.set(key, [...members, run]);
  }
  const groups = [...byLabel].map(([key, members]) => {
    const values = JSON.parse(key) as string[];
    const summaries = measures.map((measure) => summarise(members.flatMap((run) => measure.of(run) ?? [])));
    return { values, label: values.join(', '), runs: members, summaries };
  });
  return { groups, leftOut, notices: groups.flatMap(mixture) };
}

/** Settings that do not make another model. */
const SAME_MODEL = ['versions', 'threads', 'sha256', 'evalSamples', 'evalImages', 'data'];

function isRepetition(a: RunRecord, b: RunRecord): boolean {
  const settings = ({ config }: RunRecord) =>
    Object.fromEntries(Object.entries(config).filter(([name]) => !SAME_MODEL.includes(name)));
  return isDeepStrictEqual(settings(a), settings(b));
}

/** A group that holds several methods is told. */
function mixture({ label, runs }: Group): string[] {
  const names = varying(runs);
  return names.length === 0 ? [] : [`${label}: its runs differ in ${names.join(', ')}, too, not in their seeds alone`];
}
