// A trained VAE as a folder that another program or machine can load without the run and its data.
import { assignParameters } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import type { Vae } from '@flowvae/vae';
import { planOf } from '../config/plan.ts';
import { type SettingName, settings, type TrainConfig } from '../config/settings.ts';
import { sharedConfig } from '../config/shared-config.ts';
import { recordedSettings } from '../config/train-config.ts';
import { modelOf } from '../run/experiment.ts';
import { readModel, writeModel } from './spec-file.ts';

/** A model, and what it takes to build it again. */
export interface PortableModel {
  /** The config of the run that it comes from; once saved, `data` is the name of the folder without the path to it. */
  readonly config: TrainConfig;
  /** Pixels of an image. */
  readonly height: number;
  readonly width: number;
  readonly model: Vae;
}

/**
 * Writes a model to a folder: model.json (format, version, config, image size, checksums) and parameters.safetensors.
 *
 * @throws ExpectationError where the config lacks settings, or the folder cannot be written to
 */
export function saveModel(folder: string, { config, height, width, model }: PortableModel): void {
  refuseIncomplete(config);
  writeModel(folder, { kind: 'model', config: sharedConfig(config), height, width }, model.variables);
}

/** Nothing could be read back with a part of the settings. */
function refuseIncomplete(config: Partial<TrainConfig> | undefined): void {
  const missing = Object.keys(settings).filter((name) => config?.[name as SettingName] === undefined);
  if (missing.length === 0) return;
  throw new ExpectationError({
    where: 'saveModel: config',
    expected: 'every setting of the model, with its height and width beside it',
    received: config === undefined ? 'no config' : `none for ${missing.join(', ')}`,
    remedy: 'completeConfig({ … }) fills in the defaults; openRun(…).parts.config is that of a run',
  });
}

/**
 * Reads a model that {@link saveModel} wrote. Data are not needed.
 *
 * @throws ExpectationError where a file is missing, damaged, of a newer format or of another kind, a setting is
 * unknown, or the parameters do not fit
 */
export function loadModel(folder: string): PortableModel {
  const { spec, where, tensors } = readModel(folder);
  if (spec.kind !== 'model') {
    throw new ExpectationError({
      where: `${where}: kind`,
      expected: "'model'",
      received: `'${spec.kind}'`,
      remedy: 'load it with loadPosterior',
    });
  }
  const { height, width } = spec;
  const plan = planOf(recordedSettings(spec.config, `${where}: config`));
  const model = modelOf(plan, { height, width }, 'read');
  assignParameters(where, model.variables, tensors);
  return { config: plan.config, height, width, model };
}
