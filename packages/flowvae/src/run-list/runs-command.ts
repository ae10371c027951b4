// `flowvae runs` and `flowvae runs prune`; they load no tensor library at all.

import { foundRuns } from './found-runs.ts';
import { plannedRemovals, prune } from './prune.ts';
import { pruneLines } from './prune-text.ts';
import { type RunOrder, runRow, sortedRows } from './run-row.ts';
import type { StateName } from './run-state.ts';
import { runTable } from './run-table.ts';

/** Options of `runs`. */
interface RunsFlags {
  readonly json?: boolean;
  readonly sort: RunOrder;
  readonly state?: StateName;
}

export function runsCommand(folder: string, { json, sort, state }: RunsFlags): void {
  const found = foundRuns(folder).filter((run) => state === undefined || run.state.state === state);
  const rows = sortedRows(found.map(runRow), sort);
  const text = json ? JSON.stringify({ folder, runs: rows }) : runTable(rows, folder).join('\n');
  process.stdout.write(`${text}\n`);
}

/** Options of `runs prune`. */
interface PruneFlags {
  readonly json?: boolean;
  readonly yes?: boolean;
  /** Milliseconds. */
  readonly stoppedBefore?: number;
}

export function pruneCommand(folder: string, { json, yes = false, stoppedBefore: age }: PruneFlags): void {
  const options = { stoppedBefore: age === undefined ? undefined : Date.now() - age };
  const pruning = yes ? prune(folder, options) : { removals: plannedRemovals(folder, options), kept: [] };
  const bytes = pruning.removals.reduce((sum, each) => sum + each.bytes, 0);
  const text = json ? JSON.stringify({ folder, removed: yes, bytes, ...pruning }) : pruneLines(pruning, yes).join('\n');
  process.stdout.write(`${text}\n`);
  if (pruning.kept.length > 0) process.exitCode = 1;
}
