// A trained VAE as a folder, which another program or machine can load without the run and its data.
import type { DataDescription } from '@flowvae/datasets';
import { assignParameters, ExpectationError } from '@flowvae/tensor';
import type { Model } from '@flowvae/vae';
import { mnistData } from '../config/data-choice.ts';
import { describedData } from '../config/described-data.ts';
import { planOf } from '../config/plan.ts';
import { type SettingName, settings, type TrainConfig } from '../config/settings.ts';
import { sharedConfig } from '../config/shared-config.ts';
import { recordedSettings } from '../config/train-config.ts';
import type { ExperimentDefinition } from '../definition/experiment-definition.ts';
import { nameOf, type OwnExperiment } from '../definition/own-experiment.ts';
import { checkedValues } from '../definition/own-settings.ts';
import { type PluginOptions, vocabularyOfTables } from '../plugins/vocabulary.ts';
import { modelOf } from '../run/experiment.ts';
import { type ModelSpec, readModel, writeModel } from './spec-file.ts';

/** A model and the facts that rebuild it. */
export interface PortableModel {
  /** The config of the model's run; when saved, `data` is its name without its path. */
  readonly config: TrainConfig;
  /** The data that the model is for. */
  readonly data: DataDescription;
  readonly model: Model;
  /** The experiment of a user's own that makes the model; left out: the config describes it. */
  readonly own?: OwnExperiment | undefined;
}

/**
 * Writes a model to a folder: model.json (format, version, config, data, checksums) and parameters.safetensors.
 *
 * @throws ExpectationError if the config lacks settings, or the folder cannot be written
 */
export function saveModel(folder: string, { config, data, model, own }: PortableModel): void {
  refuseIncomplete(config);
  const experiment = own && { module: own.module ? nameOf(own) : null, settings: own.values };
  const spec = { kind: 'model', config: sharedConfig(config), data, ...(experiment ? { experiment } : {}) } as const;
  writeModel(folder, spec, model.variables);
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

/** Options of {@link loadModel}. */
export interface LoadModelOptions extends PluginOptions {
  /** The definition that makes the model of an experiment of one's own: code is in no file of a model. */
  readonly experiment?: ExperimentDefinition;
}

/**
 * Reads a model that {@link saveModel} wrote. Data are not needed.
 *
 * @throws ExpectationError for a missing or damaged file, a newer format, another kind, an unknown setting, or
 * parameters that do not fit
 */
export function loadModel(folder: string, { experiment, plugins = [] }: LoadModelOptions = {}): PortableModel {
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
  const own = ownIn(spec, where, experiment);
  const context = { own, vocabulary: vocabularyOfTables(plugins) };
  const plan = planOf(recordedSettings(spec.config, `${where}: config`, context), data);
  const model = modelOf(plan, 'read');
  assignParameters(where, model.variables, tensors);
  return { config: plan.config, data, model, ...(own ? { own } : {}) };
}

/** The experiment of a model. @throws ExpectationError where it needs a definition, or takes none */
function ownIn(
  { experiment: stored }: ModelSpec,
  where: string,
  definition: ExperimentDefinition | undefined,
): OwnExperiment | undefined {
  if (!stored && !definition) return undefined;
  if (stored && definition) {
    const placeOf = (name: string) => `${where}: experiment.settings.${name}`;
    return { definition, values: checkedValues(definition.settings ?? {}, stored.settings, { placeOf }) };
  }
  throw new ExpectationError({
    where: `${where}: experiment`,
    expected: stored
      ? `the definition of ${stored.module ?? 'its experiment'}, which makes the model`
      : 'no experiment',
    received: stored ? 'none' : 'one',
    ...(stored ? { remedy: 'pass it: loadModel(folder, { experiment })' } : {}),
  });
}

/** Early versions knew nothing but grey images of bytes, and wrote down their size. */
function describedIn({ data, height, width }: ModelSpec, where: string): DataDescription {
  if (data !== undefined) return describedData(data, `${where}: data`);
  if (height !== undefined && width !== undefined) return { ...mnistData, shape: [height, width, 1] };
  throw new ExpectationError({ where: `${where}: data`, expected: 'a description of the data', received: 'none' });
}
