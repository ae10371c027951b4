// `flowvae encode <run>`: the checks before the model is loaded.
import { extname } from 'node:path';
import type { CheckpointChoice } from '@flowvae/runs/plain';
import type { TrainConfig } from '../../config/settings.ts';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { EncodeChoices, EncodeTask } from '../tasks.ts';
import { tell, threadsNotice } from './requirements/notices.ts';
import { checkEnding, checkOutputFile } from './requirements/output-file.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** Options of `encode`. */
type EncodeFlags = Partial<TrainConfig> &
  ExperimentFlags &
  PluginFlags &
  Omit<EncodeChoices, 'split'> & {
    readonly split?: EncodeChoices['split'];
    readonly json?: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function encodeCommand(run: string, flags: EncodeFlags): Promise<void> {
  const task = await encodeTask(run, flags);
  const { encodeAction } = await import('../actions/encode.ts');
  await encodeAction(task);
}

/** Endings of formats in which latents are not written; any other name is a safetensors file. */
const otherFormats = ['.csv', '.tsv', '.npy', '.npz', '.mat', '.json', '.png'];

function refuseOtherFormat(out: string): void {
  if (otherFormats.includes(extname(out).toLowerCase())) checkEnding(out, ['.safetensors']);
}

async function encodeTask(
  run: string,
  {
    json = false,
    checkpoint,
    split,
    images,
    samples,
    meanSamples,
    seed,
    out,
    model,
    changedModel,
    plugin,
    ...changes
  }: EncodeFlags,
): Promise<EncodeTask> {
  checkOutputFile(out);
  refuseOtherFormat(out);
  const { settings } = await checkRun(run, { changes, checkpoint, readsImages: true, model, changedModel, plugin });
  tell([threadsNotice(settings.config)]);
  return { run, settings, checkpoint, json, split, images, samples, meanSamples, seed, out };
}
