// `flowvae sample <run>`: the checks before the model is loaded.
import { extname } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { SampleTask } from '../tasks.ts';
import { checkOutputFile } from './output-file.ts';
import { checkRun } from './saved-run-check.ts';

export async function sampleCommand(run: string, flags: Omit<SampleTask, 'run' | 'settings'>): Promise<void> {
  if (flags.out !== undefined && extname(flags.out).toLowerCase() !== '.png') {
    throw new ExpectationError({ where: '--out', expected: 'a name that ends in .png', received: flags.out });
  }
  if (flags.out !== undefined) checkOutputFile(flags.out);
  const { settings } = checkRun(run);
  const { sampleAction } = await import('../actions/sample.ts');
  await sampleAction({ run, settings, ...flags });
}
