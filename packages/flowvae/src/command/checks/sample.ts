// `flowvae sample <run>`: the checks before the model is loaded.
import { covariatesOf } from '../../config/covariates/condition.ts';
import { readLabel } from '../../config/covariates/label-text.ts';
import { mnistData } from '../../config/data-choice.ts';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import { nounOf } from '../../report/counted.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { SampleTask } from '../tasks.ts';
import { checkEnding, checkOutputFile } from './output-file.ts';
import { checkRun } from './saved-run-check.ts';

/** The endings of files that hold images and rows. */
const ENDINGS = ['.png', '.npy', '.safetensors'];

/** Options of `sample`. */
type SampleFlags = Omit<SampleTask, 'run' | 'settings'> & ExperimentFlags & PluginFlags;

export async function sampleCommand(
  run: string,
  { model, changedModel, plugin, ...flags }: SampleFlags,
): Promise<void> {
  const { out } = flags;
  if (out !== undefined) checkEnding(out, [...ENDINGS, '.csv']);
  if (out !== undefined) checkOutputFile(out);
  const { settings } = await checkRun(run, { model, changedModel, plugin });
  const { description } = settings.stored;
  if (flags.label !== undefined) readLabel(flags.label, covariatesOf(settings.config, description ?? mnistData));
  const isImage = !description || nounOf(description) === 'image'; // early runs knew nothing but images
  if (out !== undefined && isImage) checkEnding(out, ENDINGS, { content: 'images' });
  const { sampleAction } = await import('../actions/sample.ts');
  await sampleAction({ run, settings, ...flags });
}
