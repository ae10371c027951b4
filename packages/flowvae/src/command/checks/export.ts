// `flowvae export <run>`: the checks before the model is loaded.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { PluginFlags } from '../plugin-options.ts';
import type { ExportTask } from '../tasks.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** The option for the place of a run's module: `--model` names the folder that is written. */
export const EXPORT_MODULE_FLAG = '--module';

/** Options of `export`. */
interface ExportFlags extends Omit<ExportTask, 'run' | 'settings'>, PluginFlags {
  readonly module?: string | undefined;
}

export async function exportCommand(run: string, exportFlags: ExportFlags): Promise<void> {
  const { module, changedModel, plugin, ...flags } = exportFlags;
  if (flags.onnx === undefined && flags.model === undefined) {
    throw new ExpectationError({
      where: 'export',
      expected: '--onnx <folder> or --model <folder>',
      received: 'neither',
    });
  }
  const { settings } = await checkRun(run, { model: module, changedModel, plugin, flag: EXPORT_MODULE_FLAG });
  const { exportAction } = await import('../actions/export.ts');
  await exportAction({ run, settings, ...flags });
}
