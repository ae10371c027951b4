// `flowvae train --replay <run>`: the work.
import { describeReplay, replayRun } from '../../run/replay-run.ts';
import type { ReplayTask } from '../tasks.ts';
import { progressTo } from '../verbosity.ts';

export async function replayAction({ run, data, json, ...verbosity }: ReplayTask): Promise<void> {
  const replay = await replayRun(run, progressTo(process.stderr, verbosity), data);
  process.stdout.write(`${json ? JSON.stringify(replay) : describeReplay(replay)}\n`);
}
