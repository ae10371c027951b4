// `flowvae sample <run>`: the checks before the model is loaded.
import { ExpectationError } from '@flowvae/tensor/plain';
import { covariateNames, covariatesOf } from '../../config/covariates/condition.ts';
import { readLabel } from '../../config/covariates/label-text.ts';
import { mnistData } from '../../config/data-choice.ts';
import type { TrainConfig } from '../../config/settings.ts';
import type { ExperimentFlags } from '../../definition/read-experiment.ts';
import { nounOf } from '../../report/counted.ts';
import type { PluginFlags } from '../plugin-options.ts';
import type { SampleTask } from '../tasks.ts';
import { tell, threadsNotice } from './requirements/notices.ts';
import { checkEnding, checkOutputFile } from './requirements/output-file.ts';
import { checkRun } from './requirements/saved-run-check.ts';

/** The endings of files that hold images and rows. */
const ENDINGS = ['.png', '.npy', '.safetensors'];

/** Options of `sample`. */
type SampleFlags = Omit<SampleTask, 'run' | 'settings'> &
  ExperimentFlags &
  PluginFlags &
  Partial<Pick<TrainConfig, 'data' | 'engine' | 'threads'>>;

export async function sampleCommand(
  run: string,
  { model, changedModel, plugin, data, engine, threads, ...flags }: SampleFlags,
): Promise<void> {
  const { out, between } = flags;
  refuseBeside(flags, data);
  if (out !== undefined) checkEnding(out, [...ENDINGS, '.csv']);
  if (out !== undefined) checkOutputFile(out);
  const readsImages = between !== undefined;
  const given = Object.entries({ data, engine, threads }).filter(([, value]) => value !== undefined);
  const changes: Partial<TrainConfig> = Object.fromEntries(given);
  const { settings } = await checkRun(run, { model, changedModel, plugin, readsImages, changes });
  if (between) refuseCondition(covariateNames(settings.config));
  const { description } = settings.stored;
  if (flags.label !== undefined) readLabel(flags.label, covariatesOf(settings.config, description ?? mnistData));
  const isImage = !description || nounOf(description) === 'image'; // early runs knew nothing but images
  if (out !== undefined && isImage) checkEnding(out, ENDINGS, { content: 'images' });
  tell([threadsNotice(settings.config)]);
  const { sampleAction } = await import('../actions/sample.ts');
  await sampleAction({ run, settings, ...flags });
}

/** @throws ExpectationError for a conditional model: points between two data have no label of their own */
function refuseCondition(names: readonly string[]): void {
  if (names.length === 0) return;
  const [where, expected] = ['--between', 'a run of a model without a condition'];
  throw new ExpectationError({ where, expected, received: `one that depends on ${names.join(', ')}` });
}

/** Options that exclude each other. @throws ExpectationError for an option that would have no effect */
function refuseBeside({ between, label, draws, temperature, count }: SampleFlags, data: string | undefined): void {
  const refuse = (where: string, expected: string, received: string): never => {
    throw new ExpectationError({ where, expected, received });
  };
  if (between === undefined) {
    if (data !== undefined) refuse('--data', '--between beside it', 'none');
    return;
  }
  const idle = Object.entries({ label, draws, temperature }).find(([, value]) => value !== undefined);
  if (idle) refuse(`--${idle[0]}`, 'none beside --between', String(idle[1]));
  if (count < 2) refuse('--count', 'a whole number from 2 beside --between, whose ends it counts', String(count));
}
