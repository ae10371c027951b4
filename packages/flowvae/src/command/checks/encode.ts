// `flowvae encode <run>`: what is refused before the model is loaded.
import { existsSync, statSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { TrainConfig } from '../../config/settings.ts';
import type { CheckpointChoice } from '../../config/stored-config.ts';
import type { EncodeChoices, EncodeTask } from '../tasks.ts';
import { tell, threadsNotice } from './notices.ts';
import { checkRun } from './saved-run-check.ts';

/** Options of `encode`. */
type EncodeFlags = Partial<TrainConfig> &
  EncodeChoices & { readonly json?: boolean; readonly checkpoint?: CheckpointChoice };

export async function encodeCommand(run: string, flags: EncodeFlags): Promise<void> {
  const task = encodeTask(run, flags);
  const { encodeAction } = await import('../actions/encode.ts');
  await encodeAction(task);
}

function encodeTask(
  run: string,
  { json = false, checkpoint, split, images, samples, meanSamples, seed, out, ...changes }: EncodeFlags,
): EncodeTask {
  refuseFolder(out);
  const { settings } = checkRun(run, { changes, isBegunEnough: checkpoint !== undefined, readsImages: true });
  tell([threadsNotice(settings.config)]);
  return { run, settings, checkpoint, json, split, images, samples, meanSamples, seed, out };
}

function refuseFolder(out: string): void {
  if (!existsSync(out) || !statSync(out).isDirectory()) return;
  throw new ExpectationError({
    where: `--out ${out}`,
    expected: 'a file',
    received: 'a folder',
    remedy: 'name a file',
  });
}
