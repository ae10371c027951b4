// `flowvae impute <run>`: the checks before the model is loaded.
import type { CheckpointChoice } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { TrainConfig } from '../../config/settings.ts';
import type { RunSettings } from '../../config/stored-config.ts';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import { nounOf } from '../../report/counted.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { ImputeChoices, ImputeTask } from '../tasks.ts';
import { tell, threadsNotice } from './requirements/notices.ts';
import { checkEnding, checkOutputFile } from './requirements/output-file.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** The endings of files. */
const [TENSORS, TABLE] = ['.safetensors', '.csv'];

/** Options of `impute`. */
type ImputeFlags = Partial<TrainConfig> &
  ExperimentFlags &
  PluginFlags &
  Omit<ImputeChoices, 'split'> & {
    readonly split?: ImputeChoices['split'];
    readonly json?: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function imputeCommand(run: string, flags: ImputeFlags): Promise<void> {
  const task = await imputeTask(run, flags);
  const { imputeAction } = await import('../actions/impute.ts');
  await imputeAction(task);
}

async function imputeTask(run: string, flags: ImputeFlags): Promise<ImputeTask> {
  const { json = false, checkpoint, split = 'all', images, samples, draws, seed, holdOut, out, ...others } = flags;
  const { model, changedModel, plugin, ...changes } = others;
  checkEnding(out, [TENSORS, TABLE]);
  checkOutputFile(out);
  const { settings } = await checkRun(run, { changes, checkpoint, readsImages: true, model, changedModel, plugin });
  refuseWholeData(run, settings);
  if (nounOf(settings.stored.description!) === 'image') checkEnding(out, [TENSORS], { content: 'images' });
  tell([threadsNotice(settings.config)]);
  return { run, settings, checkpoint, json, split, images, samples, draws, seed, holdOut, out };
}

/** A model of whole data has no mask among its inputs. */
function refuseWholeData(run: string, { stored: { description }, own }: RunSettings): void {
  if (description?.hasMissing) return;
  if (own?.builtIn !== undefined) {
    const [expected, received] = ['a VAE of data with missing values', `a ${own.builtIn}, which is of whole data`];
    throw new ExpectationError({ where: run, expected, received, remedy: 'flowvae train makes such a VAE' });
  }
  throw new ExpectationError({
    where: run,
    expected: 'a run whose data had missing values',
    received: 'one whose data had none',
    remedy: 'train on data with NaN, with empty fields or with --mask; such a model imputes',
  });
}
