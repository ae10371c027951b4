// `flowvae target my.ts`: the work.
import { chooseTrainingBackend } from '../../run/evaluate-test.ts';
import { versions } from '../../run/versions.ts';
import { checkedTarget } from '../../target/checked-target.ts';
import { compareInFolders } from '../../target/comparison.ts';
import { targetName } from '../../target/own-target.ts';
import { type TargetRunOptions, targetRun } from '../../target/target-run.ts';
import { comparisonLines } from '../../target/text/comparison-text.ts';
import { describeTarget } from '../../target/text/target-text.ts';
import { interruption } from '../interruption.ts';
import { invocation } from '../invocation.ts';
import { LAUNCHER, warnOfLaunch } from '../launch/launch-notice.ts';
import type { TargetTask } from '../tasks.ts';
import { describeSettings, progressTo } from '../verbosity.ts';

export async function targetAction(task: TargetTask): Promise<void> {
  const { folder, isResumed, detached = false, allowDifferentMachine = false, checkpointMinutes } = task;
  const { checkpointEvery, keepCheckpoints } = task;
  await chooseTrainingBackend(task.config.engine, { isResumed });
  const checked = await checkedTarget(task);
  const progress = progressTo(process.stderr, task);
  if (task.verbose)
    progress.write(`${describeSettings({ ...checked.config, ...(await versions(checked.config.engine)) })}\n`);
  warnOfLaunch(LAUNCHER);
  const { signal, exitCode, release } = interruption({ tiedTo: detached ? 'nothing' : 'parent' });
  const options: TargetRunOptions = {
    out: folder,
    progress,
    signal,
    figures: task.figures,
    resume: isResumed,
    allowDifferentMachine,
    ...{ checkpointEvery, keepCheckpoints },
    checkpointSeconds: checkpointMinutes === undefined ? undefined : 60 * checkpointMinutes,
  };
  const text = await (task.compare ? compared(task, options) : fitted(task, options)).finally(release);
  process.stdout.write(`${text}\n`);
  if (signal.aborted) {
    process.stderr.write(`stopped before the end; ${folder} holds the work until then\n`);
    process.stderr.write(`to go on: ${invocation()} target --resume ${folder}\n`);
  }
  process.exitCode = exitCode();

  async function fitted({ json }: TargetTask, how: TargetRunOptions): Promise<string> {
    const run = await targetRun(checked, how);
    const { report, ...files } = run;
    return json ? JSON.stringify({ ...report, runFolder: folder, ...files }) : describeTarget(run, folder);
  }

  async function compared({ json, own, compare = [] }: TargetTask, how: TargetRunOptions): Promise<string> {
    const { rows, page, figures } = await compareInFolders(checked, compare, how);
    if (json) return JSON.stringify({ name: targetName(own), rows, runFolder: folder, page, figures });
    const table = rows.length > 0 ? comparisonLines(rows) : ['no guide was fitted'];
    const pictures = figures.map((path) => `figure      ${path}`);
    return [...table, `run folder  ${folder}`, `table       ${page}`, ...pictures].join('\n');
  }
}
