// Opens the data of a run: those that its config names, or that the data part of a module makes.
import { type DataDescription, type DataSet, openData, type ReaderTable, withCovariates } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor/plain';
import { covariateNames } from '../../config/covariates/condition.ts';
import { absoluteData } from '../../config/data-check.ts';
import { readingOptions } from '../../config/data-options.ts';
import type { TrainConfig } from '../../config/settings.ts';
import { isOwnData } from '../../definition/own-data.ts';
import { folderOf, type OwnExperiment } from '../../definition/own-experiment.ts';
import { advised } from './data-advice.ts';

/** Options of {@link readData}. */
export interface ReadDataOptions {
  /** The remedy in errors about unreadable data that have none. */
  readonly remedy?: string | undefined;
  /** The data that the model was trained on. */
  readonly like?: DataDescription | undefined;
  /** The user's own experiment, whose data part may make the data. */
  readonly own?: OwnExperiment | undefined;
  /** Readers of plug-ins. */
  readonly readers?: ReaderTable | undefined;
  /** Whether the values are counts. Default false. */
  readonly counts?: boolean | undefined;
  /** Called with the share of the values that were looked at. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** A data set and its source. */
export interface SourcedData {
  readonly set: DataSet;
  /** The text that names files; undefined: a module made the set. */
  readonly source: string | undefined;
}

/** The data that a config names. @throws ExpectationError if they cannot be read, or do not fit the model */
export const readData = async (config: TrainConfig, options: ReadDataOptions = {}): Promise<DataSet> =>
  (await readSourcedData(config, options)).set;

/** The same with their source. @throws ExpectationError as {@link readData} */
export async function readSourcedData(config: TrainConfig, options: ReadDataOptions = {}): Promise<SourcedData> {
  const { remedy, like, own, readers = {}, counts = false, onProgress } = options;
  const source = isOwnData(config.data) ? await ownData(config, own) : config.data;
  if (typeof source !== 'string') return { set: withCovariates(source, covariateNames(config)), source: undefined };
  const reading = { readers, counts, ...(like ? { like } : {}), ...(onProgress ? { onProgress } : {}) };
  try {
    return { set: await openData(source, { ...readingOptions(config), ...reading }), source };
  } catch (error) {
    throw advised(error, { ...config, data: source }, remedy);
  }
}

/** The set that an experiment's own data part makes, or the text that it gives, by paths from the module's folder. */
async function ownData(config: TrainConfig, own: OwnExperiment | undefined): Promise<DataSet | string> {
  const make = own?.definition.data;
  if (!own || !make) {
    throw new ExpectationError({
      where: `data ${config.data}`,
      expected: 'an experiment with a data part',
      received: 'none',
      remedy: `pass the experiment, or name data; for a file of this name ./${config.data}`,
    });
  }
  const made = await make({ settings: own.values, config });
  // a set belongs to the module, which may give it again: no run closes it
  return typeof made === 'string' ? absoluteData(made, folderOf(own)) : { ...made, close() {} };
}
