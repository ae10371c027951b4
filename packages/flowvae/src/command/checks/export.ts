// `flowvae export <run>`: the checks before the model is loaded.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { ExportTask } from '../tasks.ts';
import { checkRun } from './saved-run-check.ts';

export async function exportCommand(run: string, flags: Omit<ExportTask, 'run' | 'settings'>): Promise<void> {
  if (flags.onnx === undefined && flags.model === undefined) {
    throw new ExpectationError({
      where: 'export',
      expected: '--onnx <folder> or --model <folder>',
      received: 'neither',
    });
  }
  const { settings } = checkRun(run);
  const { exportAction } = await import('../actions/export.ts');
  await exportAction({ run, settings, ...flags });
}
