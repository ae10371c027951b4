// `flowvae encode <run>`: the checks before the model is loaded.
import type { CheckpointChoice } from '@flowvae/runs/plain';
import type { TrainConfig } from '../../config/settings.ts';
import type { EncodeChoices, EncodeTask } from '../tasks.ts';
import { tell, threadsNotice } from './notices.ts';
import { checkOutputFile } from './output-file.ts';
import { checkRun } from './saved-run-check.ts';

/** Options of `encode`. */
type EncodeFlags = Partial<TrainConfig> &
  Omit<EncodeChoices, 'split'> & {
    readonly split?: EncodeChoices['split'];
    readonly json?: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function encodeCommand(run: string, flags: EncodeFlags): Promise<void> {
  const task = encodeTask(run, flags);
  const { encodeAction } = await import('../actions/encode.ts');
  await encodeAction(task);
}

function encodeTask(
  run: string,
  { json = false, checkpoint, split, images, samples, meanSamples, seed, out, ...changes }: EncodeFlags,
): EncodeTask {
  checkOutputFile(out);
  const { settings } = checkRun(run, { changes, checkpoint, readsImages: true });
  tell([threadsNotice(settings.config)]);
  return { run, settings, checkpoint, json, split, images, samples, meanSamples, seed, out };
}
