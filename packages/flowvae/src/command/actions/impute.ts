// `flowvae impute <run>`: the work.
import { extname } from 'node:path';
import { fold, key } from '@flowvae/random';
import { writeCompletedTable } from '../../imputation/completed-table.ts';
import { type HeldOutError, heldOutError } from '../../imputation/held-out-error.ts';
import { describeHeldOut, describeImputed } from '../../imputation/imputation-text.ts';
import type { ImputedRows } from '../../imputation/impute-rows.ts';
import { imputedPicture } from '../../imputation/imputed-figure.ts';
import { writeImputedTensors } from '../../imputation/imputed-tensors.ts';
import { nounOf } from '../../report/counted.ts';
import { fewerNotice, refuseEmptySplit, rowsOfSplit } from '../../run/encoded-rows.ts';
import { chooseBackend } from '../../run/evaluate-test.ts';
import { fixedRows } from '../../run/run-data.ts';
import { describeCheckpoint, openCheckedRun, type SavedRun } from '../../run/saved-run.ts';
import { interruption } from '../interruption.ts';
import type { ImputeTask } from '../tasks.ts';

export async function imputeAction(task: ImputeTask): Promise<void> {
  const { run, settings, checkpoint: choice, out, json } = task;
  const saved = await openCheckedRun(run, settings, choice);
  const { parts, checkpoint, notices } = saved;
  const noun = nounOf(parts.data);
  const fewer = fewerNotice(parts.set, { ...task, done: 'imputed' });
  for (const notice of [...notices, ...fewer]) process.stderr.write(`${notice}\n`);
  await chooseBackend(parts.config.engine, process.stderr);
  const { signal, exitCode, release } = interruption();
  const { rows, error } = await work(saved, task, signal).finally(release);
  process.exitCode = exitCode();
  if (!rows) {
    process.stderr.write(`stopped before all ${noun}s were imputed; ${out} was not written\n`);
    return;
  }
  if (signal.aborted) process.stderr.write('stopped: the error on held-out entries is not measured\n');
  const lines = [
    ...(checkpoint ? [`parameters  ${describeCheckpoint(checkpoint)}`] : []),
    `imputed     ${out}`,
    ...describeImputed(rows, noun),
    ...(error ? describeHeldOut(error, noun) : []),
    ...(rows.figure === undefined ? [] : [`figure      ${rows.figure}`]),
  ];
  const report = {
    imputed: out,
    ...rows,
    heldOut: error ?? null,
    seed: task.seed,
    ...(checkpoint ? { checkpoint } : {}),
  };
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`);
}

interface Written extends ImputedRows {
  /** The path of the picture, of the run's own data with missing entries. */
  readonly figure?: string;
}

/** An abort leaves no rows before the file is complete, and no error after it. */
async function work(saved: SavedRun, task: ImputeTask, signal: AbortSignal) {
  const rows = await imputed(saved, task, signal).catch((error: unknown) => {
    if (!signal.aborted || error !== signal.reason) throw error;
  });
  const error = rows && task.holdOut > 0 ? await measured(saved, task, signal) : undefined;
  return { rows, error };
}

/** Writes the file and, of the run's own data, the picture. */
async function imputed(
  { folder, parts, hasOtherData }: SavedRun,
  task: ImputeTask,
  signal: AbortSignal,
): Promise<Written> {
  const { split, images, samples, draws, seed, out } = task;
  refuseEmptySplit(parts.set, split);
  const rows = rowsOfSplit(parts.set, split);
  const picture = hasOtherData ? undefined : imputedPicture(parts);
  const write = extname(out).toLowerCase() === '.csv' ? writeCompletedTable : writeImputedTensors;
  const totals = await write(out, parts, {
    rows,
    points: fixedRows(parts.set, rows, parts.plan, images),
    samples,
    draws,
    key: fold(key(seed), 'impute'),
    progress: process.stderr,
    signal,
    onRow: (_, row, each) => picture?.add(row, each),
  });
  const png = picture?.png();
  return { ...totals, ...(png ? { figure: folder.writeFigure('imputed.png', png) } : {}) };
}

const measured = (
  { parts, hasOtherData }: SavedRun,
  task: ImputeTask,
  signal: AbortSignal,
): Promise<HeldOutError | undefined> =>
  heldOutError(parts, {
    split: task.split,
    images: task.images,
    hasOtherData,
    share: task.holdOut,
    samples: task.samples,
    draws: task.draws,
    key: fold(key(task.seed), 'held out'),
    progress: process.stderr,
    signal,
  });
