// A trained VAE as a folder, which another program or machine can load without the run and its data.
import { assignParameters } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import type { Vae } from '@flowvae/vae';
import { planOf } from '../config/plan.ts';
import { type SettingName, settings, type TrainConfig } from '../config/settings.ts';
import { sharedConfig } from '../config/shared-config.ts';
import { recordedSettings } from '../config/train-config.ts';
import { modelOf } from '../run/experiment.ts';
import { readModel, writeModel } from './spec-file.ts';

/** A model and the facts that rebuild it. */
export interface PortableModel {
  /** The config of the model's run; when saved, `data` is the folder's name without its path. */
  readonly config: TrainConfig;
  /** Pixels of an image. */
  readonly height: number;
  readonly width: number;
  readonly model: Vae;
}

/**
 * Writes a model to a folder: model.json (format, version, config, image size, checksums) and parameters.safetensors.
 *
 * @throws ExpectationError if the config lacks settings, or the folder cannot be written
 */
export function saveModel(folder: string, { config, height, width, model }: PortableModel): void {
  refuseIncomplete(config);
  writeModel(folder, { kind: 'model', config: sharedConfig(config), height, width }, model.variables);
}

/** An incomplete config cannot be read back. */
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
 * @throws ExpectationError for a missing or damaged file, a newer format, another kind, an unknown setting, or
 * parameters that do not fit
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
