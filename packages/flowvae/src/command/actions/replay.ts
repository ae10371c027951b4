// `flowvae train --replay <run>`: the work.
import { describeReplay, replayCheckedRun } from '../../run/replay-run.ts';
import type { ReplayTask } from '../tasks.ts';
import { progressTo } from '../verbosity.ts';

export async function replayAction({ run, settings, json, ...verbosity }: ReplayTask): Promise<void> {
  const replay = await replayCheckedRun(run, settings, progressTo(process.stderr, verbosity));
  process.stdout.write(`${json ? JSON.stringify(replay) : describeReplay(replay)}\n`);
}
