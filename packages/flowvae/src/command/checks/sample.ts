// `flowvae sample <run>`: the checks before the model is loaded.
import { nounOf } from '../../report/counted.ts';
import type { SampleTask } from '../tasks.ts';
import { checkEnding, checkOutputFile } from './output-file.ts';
import { checkRun } from './saved-run-check.ts';

/** The endings of files that hold images and rows. */
const ENDINGS = ['.png', '.npy', '.safetensors'];

export async function sampleCommand(run: string, flags: Omit<SampleTask, 'run' | 'settings'>): Promise<void> {
  const { out } = flags;
  if (out !== undefined) checkEnding(out, [...ENDINGS, '.csv']);
  if (out !== undefined) checkOutputFile(out);
  const { settings } = checkRun(run);
  const { description } = settings.stored;
  const isImage = !description || nounOf(description) === 'image'; // early runs knew nothing but images
  if (out !== undefined && isImage) checkEnding(out, ENDINGS, 'images');
  const { sampleAction } = await import('../actions/sample.ts');
  await sampleAction({ run, settings, ...flags });
}
