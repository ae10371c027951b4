// `flowvae score <run>`: the checks before the model is loaded.
import type { CheckpointChoice } from '@flowvae/runs/plain';
import type { TrainConfig } from '../../config/settings.ts';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { ScoreChoices, ScoreTask } from '../tasks.ts';
import { tell, threadsNotice } from './requirements/notices.ts';
import { checkEnding, checkOutputFile } from './requirements/output-file.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** Options of `score`. */
type ScoreFlags = Partial<TrainConfig> &
  ExperimentFlags &
  PluginFlags &
  ScoreChoices & { readonly json?: boolean; readonly checkpoint?: CheckpointChoice };

export async function scoreCommand(run: string, flags: ScoreFlags): Promise<void> {
  const task = await scoreTask(run, flags);
  const { scoreAction } = await import('../actions/score.ts');
  await scoreAction(task);
}

async function scoreTask(run: string, flags: ScoreFlags): Promise<ScoreTask> {
  const { json = false, checkpoint, split, images, out, model, changedModel, plugin, ...given } = flags;
  checkEnding(out, ['.csv', '.npy']);
  checkOutputFile(out);
  const wanted = { checkpoint, readsImages: true, model, changedModel, plugin };
  const checked = await checkRun(run, { ...wanted, changes: given });
  const { settings } = checked;
  tell([threadsNotice(settings.config)]);
  return { run, settings, checkpoint, json, split, images, samples: given.evalSamples, out };
}
