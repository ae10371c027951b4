// A trained VAE as a folder, which another program or machine can load without the run and its data.
import type { DataDescription } from '@flowvae/datasets';
import { assignParameters } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import type { Model } from '@flowvae/vae';
import { mnistData } from '../config/data-choice.ts';
import { describedData } from '../config/described-data.ts';
import { planOf } from '../config/plan.ts';
import { type SettingName, settings, type TrainConfig } from '../config/settings.ts';
import { sharedConfig } from '../config/shared-config.ts';
import { recordedSettings } from '../config/train-config.ts';
import { modelOf } from '../run/experiment.ts';
import { type ModelSpec, readModel, writeModel } from './spec-file.ts';

/** A model and the facts that rebuild it. */
export interface PortableModel {
  /** The config of the model's run; when saved, `data` is its name without its path. */
  readonly config: TrainConfig;
  /** The data that the model is for. */
  readonly data: DataDescription;
  readonly model: Model;
}

/**
 * Writes a model to a folder: model.json (format, version, config, data, checksums) and parameters.safetensors.
 *
 * @throws ExpectationError if the config lacks settings, or the folder cannot be written
 */
export function saveModel(folder: string, { config, data, model }: PortableModel): void {
  refuseIncomplete(config);
  writeModel(folder, { kind: 'model', config: sharedConfig(config), data }, model.variables);
}

/** An incomplete config cannot be read back. */
function refuseIncomplete(config: Partial<TrainConfig> | undefined): void {
  const missing = Object.keys(settings).filter((name) => config?.[name as SettingName] === undefined);
  if (missing.length === 0) return;
  throw new ExpectationError({
    where: 'saveModel: config',
    expected: 'every setting of the model, with the description of its data beside it',
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
  const data = describedIn(spec, where);
  const plan = planOf(recordedSettings(spec.config, `${where}: config`), data);
  const model = modelOf(plan, 'read');
  assignParameters(where, model.variables, tensors);
  return { config: plan.config, data, model };
}

/** Early versions knew nothing but grey images of bytes, and wrote down their size. */
function describedIn({ data, height, width }: ModelSpec, where: string): DataDescription {
  if (data !== undefined) return describedData(data, `${where}: data`);
  if (height !== undefined && width !== undefined) return { ...mnistData, shape: [height, width, 1] };
  throw new ExpectationError({ where: `${where}: data`, expected: 'a description of the data', received: 'none' });
}
