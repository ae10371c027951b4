// `flowvae fit-prior <run>`: the checks before the model is loaded.
import { existsSync } from 'node:fs';
import { refuseUsedFolder } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { CheckedSettings } from '../../config/checked-settings.ts';
import type { TrainConfig } from '../../config/settings.ts';
import type { RunSettings } from '../../config/stored-config.ts';
import { changedSettings, refuseTogether } from '../../config/train-config.ts';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { FitPriorTask } from '../tasks.ts';
import { tell, threadsNotice } from './requirements/notices.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** Options of `fit-prior`. */
interface FitPriorFlags
  extends Partial<Pick<TrainConfig, 'lr' | 'engine' | 'threads' | 'data'>>,
    ExperimentFlags,
    PluginFlags,
    Omit<FitPriorTask, 'run' | 'settings' | 'fitted' | 'out' | 'json'> {
  readonly flow: string;
  readonly out?: string;
  readonly json?: boolean;
}

export async function fitPriorCommand(run: string, flags: FitPriorFlags): Promise<void> {
  const task = await fitPriorTask(run, flags);
  const { fitPriorAction } = await import('../actions/fit-prior.ts');
  await fitPriorAction(task);
}

async function fitPriorTask(run: string, flags: FitPriorFlags): Promise<FitPriorTask> {
  const { flow, steps, batch, draws, seed, out = freshName(run), json = false, quiet, verbose, ...others } = flags;
  const { model, changedModel, plugin, ...changes } = others;
  const { settings } = await checkRun(run, { changes, readsImages: true, model, changedModel, plugin });
  refuseDensity(run, settings);
  const fitted = withPrior(settings, flow);
  refuseUsedFolder(out);
  tell([threadsNotice(settings.config)]);
  return { run, settings, fitted, steps, batch, draws, seed, out, json, quiet, verbose };
}

/** @throws ExpectationError for a built-in density, whose latent is the noise of its flow already */
function refuseDensity(run: string, { own }: RunSettings): void {
  if (own?.builtIn === undefined) return;
  const [expected, received] = ['a run of a VAE', `one of flowvae ${own.builtIn}, whose prior is its noise`];
  throw new ExpectationError({ where: run, expected, received });
}

/** `runs/a-prior`, with a number appended if this folder exists. */
function freshName(run: string): string {
  const base = `${run.replace(/[\\/]+$/, '')}-prior`;
  let candidate = base;
  for (let n = 2; existsSync(candidate); n++) candidate = `${base}-${n}`;
  return candidate;
}

/** A module whose model has a prior of its own, whatever the settings say, is refused when the model is made. */
const mustReadPrior = (settings: CheckedSettings): CheckedSettings =>
  settings.own ? { ...settings, own: { ...settings.own, given: ['prior'] } } : settings;

/** An objective that any prior has; the fit does not use it. */
const ANY_OBJECTIVE: Partial<TrainConfig> = { objective: 'elbo', gradient: 'path', anneal: 'none' };

/** @throws ExpectationError for a text that is no flow with an inverse, or a model whose prior has a condition */
function withPrior(settings: RunSettings, flow: string): CheckedSettings {
  const { config } = settings;
  if (config.conditionalPrior === 'yes') {
    throw new ExpectationError({
      where: 'fit-prior',
      expected: 'a run with --conditional-prior no: one flow is fitted to the latents of all rows',
      received: 'yes',
    });
  }
  const changed = mustReadPrior(changedSettings(settings, { prior: flow }));
  if (!changed.formulas.prior) {
    throw new ExpectationError({ where: '--flow', expected: 'a flow formula with an inverse', received: `'${flow}'` });
  }
  try {
    refuseTogether(changed);
    return changed;
  } catch {
    return changedSettings(changed, ANY_OBJECTIVE); // one that needs the divergence to N(0, I)
  }
}
