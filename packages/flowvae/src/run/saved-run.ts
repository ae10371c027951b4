// A finished run, read back: its checked config, and its model with the trained parameters.
import { type DataDescription, widthOfDatum } from '@flowvae/datasets';
import { key } from '@flowvae/random';
import { assignState, type CheckpointChoice, RunFolder, readCheckpoint, type StoredParameters } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { isMnist, MOVED_REMEDY } from '../config/data-check.ts';
import { mnistData } from '../config/data-choice.ts';
import { planOf } from '../config/plan.ts';
import type { TrainConfig } from '../config/settings.ts';
import { type RunSettings, runSettings, type StoredData } from '../config/stored-config.ts';
import type { ExperimentDefinition } from '../definition/experiment-definition.ts';
import { type ExperimentFlags, experimentInMemory, experimentOfRun } from '../definition/read-experiment.ts';
import { runVocabulary } from '../plugins/run-plugins.ts';
import { type PluginOptions, vocabularyOfTables } from '../plugins/vocabulary.ts';
import { conditionOf, widthOfAll } from './covariates/conditioning.ts';
import { rowsOfSplit } from './encoded-rows.ts';

import { type Experiment, experiment, type ModelParts, modelOf } from './experiment.ts';
import { readData } from './reading/read-data.ts';
import { fixedRows } from './run-data.ts';

/** A run's folder and parts. */
export interface SavedRun {
  readonly folder: RunFolder;
  readonly parts: Experiment;
  /** The checkpoint of the parameters; absent: the end of training. */
  readonly checkpoint?: ChosenCheckpoint;
  /** Notices about the choice of the checkpoint, a line each. */
  readonly notices: readonly string[];
  /** Whether the data are others than those of the training, by their checksum. */
  readonly hasOtherData: boolean;
}

/** A chosen checkpoint and its step. */
export interface ChosenCheckpoint {
  readonly choice: CheckpointChoice;
  readonly step: number;
}

/**
 * Opens a run with some settings changed; the settings of the model's shape must not change. With a checkpoint the run
 * may be unfinished.
 *
 * @param how a checkpoint, or options
 * @throws ExpectationError if the folder, its config, its parameters, its data or the checkpoint cannot be used, or a
 * module of the run, its experiment or a plug-in, has changed
 */
export async function openRun(
  path: string,
  changes: Partial<TrainConfig> = {},
  how?: CheckpointChoice | OpenRunOptions,
): Promise<SavedRun> {
  const {
    checkpoint,
    experiment: definition,
    plugins,
    ...flags
  }: OpenRunOptions = typeof how === 'object' ? how : { checkpoint: how };
  const folder = foldersOf(path, checkpoint);
  const own = definition ? experimentInMemory(path, definition) : await experimentOfRun(path, flags);
  const vocabulary = plugins
    ? vocabularyOfTables(plugins)
    : await runVocabulary(path, { mayDiffer: flags.changedModel });
  return openRunWith(folder, runSettings(folder.path, changes, { own, vocabulary }), checkpoint);
}

/** Options of {@link openRun}. */
export interface OpenRunOptions extends ExperimentFlags {
  readonly checkpoint?: CheckpointChoice | undefined;
  /** The experiment of a run that a program began; that of a module is loaded from its file. */
  readonly experiment?: ExperimentDefinition | undefined;
  /** Plug-ins in place of those that the run records; without records they are needed. Default: the recorded ones. */
  readonly plugins?: PluginOptions['plugins'] | undefined;
}

/** Like {@link openRun}, with settings that were read already. */
export const openCheckedRun = async (
  path: string,
  settings: RunSettings,
  checkpoint?: CheckpointChoice,
): Promise<SavedRun> => openRunWith(foldersOf(path, checkpoint), settings, checkpoint);

const foldersOf = (path: string, checkpoint: CheckpointChoice | undefined) =>
  checkpoint ? RunFolder.claimed(path) : RunFolder.open(path);

async function openRunWith(
  folder: RunFolder,
  settings: RunSettings,
  checkpoint: CheckpointChoice | undefined,
): Promise<SavedRun> {
  const { stored, hasOtherData } = settings;
  const like = stored.description;
  const found = await experiment(settings, { remedy: MOVED_REMEDY, isRead: true, ...(like ? { like } : {}) });
  if (!hasOtherData) refuseOtherData(found, stored);
  const areOthers = isOther(found, stored);
  const parts = areOthers ? withWholeTest(found) : found;
  const others = areOthers ? [`the data of ${parts.config.data} are not those of the run`] : [];
  if (!checkpoint) {
    const model = folder.storedModel();
    refuseOtherSize(parts, (name) => model.tensors[name]?.shape);
    folder.loadModel(parts.model.variables, model);
    return { folder, parts, notices: others, hasOtherData: areOthers };
  }
  const { state, notices } = readCheckpoint(folder, checkpoint);
  refuseOtherSize(parts, (name) => state.shapes[name]);
  assignState(folder.path, parts.model.variables, state.parameters);
  return {
    folder,
    parts,
    checkpoint: { choice: checkpoint, step: state.step },
    notices: [...others, ...notices],
    hasOtherData: areOthers,
  };
}

/** Other data that do not name their test rows are all for the test. */
function withWholeTest(parts: Experiment): Experiment {
  if (!parts.set.isDrawn) return parts;
  const test = rowsOfSplit(parts.set, 'all');
  const set = { ...parts.set, splits: { ...parts.set.splits, test } };
  return { ...parts, set, test: fixedRows(set, 'test', parts.plan, parts.config.evalImages) };
}

/**
 * A model of data of another size has the same variables, and an encoder's kernel with another number of rows.
 *
 * @throws ExpectationError if that is the only difference of a shape
 */
function refuseOtherSize(
  { plan, config, data, model }: Experiment,
  stored: (name: string) => readonly number[] | undefined,
) {
  const given = widthOfAll(conditionOf(plan));
  const inputs = widthOfDatum(data) * (data.hasMissing ? 2 : 1) + given;
  for (const [name, { shape }] of Object.entries(model.variables)) {
    const found = stored(name);
    const [rows, ...others] = shape;
    if (!found || !name.startsWith('encoder/') || rows !== inputs || found[0] === rows) continue;
    if (others.length === 0 || others.join() !== found.slice(1).join()) continue;
    throw new ExpectationError({
      where: `data ${config.data}`,
      expected: `data of ${found[0]! - given} values, as the run was trained on`,
      received: data.shape.join(' x '),
    });
  }
}

/** A finished run without its data. */
interface SavedModel {
  readonly folder: RunFolder;
  readonly parts: ModelParts;
}

/** The remedy for a command without `--data`. */
const PUT_BACK = 'the run is of a version that did not write down the size of its images: put them back there';

/**
 * Opens a finished run by its settings, for work without data. A run of an early version did not record its image size,
 * so it needs its data.
 *
 * @param remedy the remedy in errors about missing data
 * @throws ExpectationError as for {@link openRun}
 */
export async function openModel(path: string, settings: RunSettings, remedy = PUT_BACK): Promise<SavedModel> {
  const folder = RunFolder.open(path);
  const stored = folder.storedModel();
  const data = settings.stored.description ?? (await earlyDescription(stored, settings.config, remedy));
  const plan = planOf(settings, data);
  const { config } = plan;
  const model = modelOf(plan, 'read');
  folder.loadModel(model.variables, stored);
  return { folder, parts: { plan, config, model, data, key: key(config.seed) } };
}

const isSize = (text: string | undefined) => text !== undefined && /^[1-9]\d{0,4}$/.test(text);

/** Early runs knew grey images of bytes only; later ones among them wrote the size into the metadata of the model. */
async function earlyDescription(
  { metadata }: StoredParameters,
  config: TrainConfig,
  remedy: string,
): Promise<DataDescription> {
  const { height, width } = metadata;
  if (isSize(height) && isSize(width)) return { ...mnistData, shape: [Number(height), Number(width), 1] };
  return isMnist(config.data) ? mnistData : (await readData(config, { remedy })).description;
}

/** A checkpoint as text for people. */
export const describeCheckpoint = ({ choice, step }: ChosenCheckpoint): string =>
  `${choice} checkpoint, of step ${step}`;

/** @throws ExpectationError if the data are not those of the run's training */
export function refuseOtherData(parts: Experiment, stored: StoredData): void {
  if (!isOther(parts, stored)) return;
  const named = (sha256: string | undefined) => (sha256 === undefined ? 'those of MNIST' : `SHA-256 ${sha256}`);
  throw new ExpectationError({
    where: `data ${parts.config.data}`,
    expected: `the data that the run began with, ${named(stored.dataSha256)}`,
    received: named(parts.set.checksum()),
    remedy: `the files were damaged or changed, or are others; ${MOVED_REMEDY}`,
  });
}

/** Whether the data are surely others: a run of an early version has no checksum. */
const isOther = (parts: Experiment, { data, dataSha256 }: StoredData): boolean =>
  (dataSha256 !== undefined || isMnist(data)) && parts.set.checksum() !== dataSha256;
