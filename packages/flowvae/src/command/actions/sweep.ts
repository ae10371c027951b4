// `flowvae sweep`: the work.
import { join } from 'node:path';
import { lockRun, makeFolder, writeFileAtomically } from '@flowvae/runs/plain';
import { type Job, LOCKED_CODE, type Runner, type SweepState } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type SweepTable, sweepTable } from '../../comparison/sweep-table.ts';
import { unsentNotices } from '../../records/mlflow/unsent-runs.ts';
import { type Halved, halve } from '../../sweep/halve.ts';
import { runSweep } from '../../sweep/run-sweep.ts';
import { runOf, type StoredSweep } from '../../sweep/sweep-folder.ts';
import { type SweepRow, sweepRows } from '../../sweep/sweep-rows.ts';
import { interruption } from '../interruption.ts';
import { invocation } from '../invocation.ts';
import { LAUNCHER, warnOfLaunch } from '../launch/launch-notice.ts';
import { type MlflowFlags, mlflowWords, namedDestination } from '../mlflow-flags.ts';
import { inShell } from '../shell-words.ts';
import { progressTo } from '../verbosity.ts';

/** A sweep to do. */
export interface SweepTask {
  readonly folder: string;
  readonly sweep: StoredSweep;
  readonly runner: Runner;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly detached: boolean;
  readonly allowDifferentMachine: boolean;
  readonly changedModel: boolean;
  readonly mlflow: MlflowFlags;
}

export async function sweepAction(task: SweepTask): Promise<void> {
  const { folder, sweep, runner, json, quiet, detached } = task;
  makeFolder(join(folder, 'logs'));
  const lock = lockRun(folder);
  try {
    if (!runner.outlives) warnOfLaunch(LAUNCHER);
    const { signal, exitCode, release } = interruption({ tiedTo: detached ? 'nothing' : 'parent' });
    const words = ['sweep', '--resume', folder, ...allowances(task), ...mlflowWords(task.mlflow)];
    const doing = {
      runner,
      commandOf: ({ index }: Job, until?: number) => [
        ...[...thisCommand(), ...words, '--index', String(index)],
        ...(until === undefined ? [] : ['--until', String(until)]),
      ],
      progress: progressTo(process.stderr, { quiet }),
      signal,
    };
    const halved = sweep.halving ? await halve(folder, sweep, doing) : undefined;
    const state = halved?.state ?? (await runSweep(folder, { ...doing, trials: sweep.trials }));
    const { failed, locked, done, total } = state;
    release();
    for (const slug of locked) process.stderr.write(`${slug}: another process works on it\n`);
    for (const [slug, message] of Object.entries(failed)) process.stderr.write(`${slug} failed: ${message}\n`);
    const rows = sweepRows(folder, sweep);
    const { text, markdown } = tableOf(folder, rows);
    const rungs = halved ? describeHalving(halved) : '';
    writeFileAtomically(join(folder, 'table.md'), `${markdown}${rungs && `\n\`\`\`text\n${rungs}\`\`\`\n`}`);
    const result = { folder, total, done, failed, rows, ...shownHalving(halved) };
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}${rungs && `\n${rungs}`}`);
    const runs = sweep.trials.map((trial) => runOf(folder, trial));
    for (const line of unsentNotices(folder, runs, namedDestination(task.mlflow))) process.stderr.write(`${line}\n`);
    process.stderr.write(nextCommands(task, state, signal.aborted));
    const isMissing = locked.length > 0 ? LOCKED_CODE : 0;
    process.exitCode = exitCode() || (Object.keys(failed).length > 0 ? 1 : isMissing);
  } finally {
    lock.release();
  }
}

/** The commands that a user may want next, if the sweep has not come to its end. */
function nextCommands({ folder, runner }: SweepTask, { running, waiting }: SweepState, isStopped: boolean): string {
  const goOn = `${invocation()} sweep --resume ${inShell(folder)}\n`;
  const isGoingOn = runner.outlives === true && (Object.keys(running).length > 0 || Boolean(waiting));
  if (!isGoingOn) return isStopped ? `to go on: ${goOn}` : '';
  const cancel = `${invocation()} sweep cancel ${inShell(folder)}`;
  return `the jobs go on; to wait for them: ${goOn}to stop them: ${cancel}\n`;
}

/** The comparison of the finished runs, or why there is none. */
function tableOf(folder: string, rows: readonly SweepRow[]): SweepTable {
  const said = (text: string) => ({ text: `${text}\n`, markdown: `${text}\n` });
  if (rows.every(({ runs }) => runs === 0)) return said('no run is finished yet');
  try {
    return sweepTable(folder);
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error;
    return said(`no table: ${error.received}`);
  }
}

const shownHalving = (halved: Halved | undefined) =>
  halved ? { rungs: halved.rungs, steps: halved.steps, gridSteps: halved.gridSteps } : {};

function describeHalving({ rungs, steps, gridSteps }: Halved): string {
  const lines = rungs.map(({ steps: each, configurations, best, bestValues }) => {
    const count = configurations === 1 ? '1 configuration' : `${configurations} configurations`;
    const values = Object.entries(bestValues ?? {}).map(([name, value]) => `${name}=${value}`);
    const named = values.length === 0 ? '' : ` (${values.join(', ')})`;
    return `${each} steps: ${count}${best === null ? '' : `, best validation bound ${best.toFixed(2)}${named}`}`;
  });
  return [...lines, `${steps} steps in all, ${(steps / gridSteps).toFixed(2)} of the grid's`, ''].join('\n');
}

const allowances = ({ allowDifferentMachine, changedModel }: SweepTask) => [
  ...(allowDifferentMachine ? ['--allow-different-machine'] : []),
  ...(changedModel ? ['--changed-model'] : []),
];

/** The words that start this program again. */
const thisCommand = () => [process.execPath, ...process.execArgv, process.argv[1]!];
