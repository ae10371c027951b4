// `flowvae evaluate <run>`: the checks before the model is loaded.
import type { CheckpointChoice } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type AnnealedFlags, checkAnnealedFlags } from '../../config/annealed-flags.ts';
import { flagOf, type TrainConfig } from '../../config/settings.ts';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import { type FigureFlags, figureFile, refuseNoReport } from '../figure-flags.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { EvaluateTask } from '../tasks.ts';
import type { Verbosity } from '../verbosity.ts';
import { imagesNotice, tell, threadsNotice } from './requirements/notices.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** Options of `evaluate`. */
type EvaluateFlags = Partial<TrainConfig> &
  Verbosity &
  ExperimentFlags &
  PluginFlags &
  AnnealedFlags &
  FigureFlags & {
    readonly json?: boolean;
    readonly report?: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function evaluateCommand(run: string, flags: EvaluateFlags): Promise<void> {
  const task = await evaluateTask(run, flags);
  const { evaluateAction } = await import('../actions/evaluate.ts');
  await evaluateAction(task);
}

async function evaluateTask(
  run: string,
  {
    json = false,
    report = false,
    checkpoint,
    quiet = false,
    verbose = false,
    ais,
    chains,
    simulated,
    model,
    changedModel,
    plugin,
    figures,
    untitled,
    ...changes
  }: EvaluateFlags,
): Promise<EvaluateTask> {
  const annealing = { ais, chains, simulated };
  checkAnnealedFlags(annealing);
  refuseNoReport({ figures }, report);
  const file = figureFile({ figures, untitled });
  const isImageless = simulated !== undefined && changes.evalImages === 0 && !report && !checkpoint;
  const wanted = { changes, checkpoint, readsImages: !isImageless, model, changedModel, plugin };
  const { settings, testImages } = await checkRun(run, wanted);
  const { config } = settings;
  if (simulated === undefined) refuseNoImages(config); // simulated images replace the run's images
  const isAsked = changes.evalImages !== undefined && testImages !== undefined;
  tell([threadsNotice(config), isAsked ? imagesNotice(config, testImages) : undefined]);
  return {
    ...{ run, settings, annealing, checkpoint },
    ...{ hasReport: report, figures: file },
    ...{ json, isImageless, quiet, verbose },
  };
}

/** Training without an evaluation is allowed; the command `evaluate` with no images is a mistake. */
function refuseNoImages({ evalImages }: TrainConfig): void {
  if (evalImages > 0) return;
  throw new ExpectationError({
    where: flagOf('evalImages'),
    expected: 'at least one image to evaluate',
    received: '0',
    remedy: 'name a number',
  });
}
