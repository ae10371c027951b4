// A finished run, read back: its config, checked, and its model with the trained parameters.
import { key } from '@flowvae/random';
import { assignParameters, assignState, RunFolder, readCheckpoint, type StoredParameters } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { MOVED_REMEDY } from '../config/data-check.ts';
import type { TrainConfig } from '../config/settings.ts';
import { type CheckpointChoice, type StoredConfig, storedConfig } from '../config/stored-config.ts';
import {
  dataChecksum,
  type Experiment,
  experiment,
  type ImageSize,
  knownSize,
  type ModelParts,
  modelOf,
  readData,
} from './experiment.ts';
import { likelihoodOf } from './observed-data.ts';

/** A run's folder and parts. */
export interface SavedRun {
  readonly folder: RunFolder;
  readonly parts: Experiment;
  /** Where the parameters come from, if not from the end of training. */
  readonly checkpoint?: ChosenCheckpoint;
  /** What a reader should know about how the checkpoint was chosen, a line each. */
  readonly notices: readonly string[];
}

/** A checkpoint that was asked for, and the step it is of. */
export interface ChosenCheckpoint {
  readonly choice: CheckpointChoice;
  readonly step: number;
}

/**
 * Opens a run with some settings changed; those that shape the model must stay. With a checkpoint the run may still be going on.
 *
 * @throws ExpectationError where the folder, its config, its parameters or the checkpoint cannot be used
 */
export function openRun(path: string, changes: Partial<TrainConfig> = {}, checkpoint?: CheckpointChoice): SavedRun {
  const folder = checkpoint ? RunFolder.claimed(path) : RunFolder.open(path);
  const stored = storedConfig(folder.path);
  const changed = { ...stored.config, ...changes };
  likelihoodOf(changed, { isSettled: true });
  const parts = experiment(changed, { remedy: MOVED_REMEDY, isRead: true });
  if (changes.data === undefined) refuseOtherData(parts, stored);
  const others = isOther(parts, stored) ? [`the images of ${parts.config.data} are not those of the run`] : [];
  if (!checkpoint) {
    folder.loadModel(parts.model.variables);
    return { folder, parts, notices: others };
  }
  const { state, notices } = readCheckpoint(folder, checkpoint);
  assignState(folder.path, parts.model.variables, state.parameters);
  return { folder, parts, checkpoint: { choice: checkpoint, step: state.step }, notices: [...others, ...notices] };
}

/** A finished run without its data. */
interface SavedModel {
  readonly folder: RunFolder;
  readonly parts: ModelParts;
}

/** What a user can do for a command that does not take `--data`. */
const PUT_BACK = 'the run is of a version that did not write down how large its images are: put them back there';

/**
 * Opens a finished run for what needs no images. A run folder that was written before it said how large they are needs its data all the same.
 *
 * @param remedy what a user can do where it needs them and they are gone
 * @throws ExpectationError as for {@link openRun}
 */
export function openModel(path: string, changes: Partial<TrainConfig> = {}, remedy = PUT_BACK): SavedModel {
  const folder = RunFolder.open(path);
  const config = { ...storedConfig(folder.path).config, ...changes };
  likelihoodOf(config, { isSettled: true });
  const stored = folder.storedModel();
  const image = imageSizeOf(stored, config, remedy);
  const model = modelOf(config, image, 'read');
  assignParameters(folder.path, model.variables, stored.tensors);
  return { folder, parts: { config, model, image, key: key(config.seed) } };
}

/** What `model.safetensors` says about the images that the model is of. */
export const sizeMetadata = ({ height, width }: ImageSize) => ({ height: `${height}`, width: `${width}` });

const isSize = (text: string | undefined) => text !== undefined && /^[1-9]\d{0,4}$/.test(text);

function imageSizeOf({ metadata }: StoredParameters, config: TrainConfig, remedy: string): ImageSize {
  const { height, width } = metadata;
  if (isSize(height) && isSize(width)) return { height: Number(height), width: Number(width) };
  return knownSize(config) ?? readData(config, remedy).test;
}

/** A checkpoint for people. */
export const describeCheckpoint = ({ choice, step }: ChosenCheckpoint): string =>
  `${choice} checkpoint, of step ${step}`;

/** @throws ExpectationError where the images are not those that the run was trained on */
export function refuseOtherData(parts: Experiment, stored: StoredConfig): void {
  if (!isOther(parts, stored)) return;
  const named = (sha256: string | undefined) => (sha256 === undefined ? 'those of MNIST' : `SHA-256 ${sha256}`);
  throw new ExpectationError({
    where: `data ${parts.config.data}`,
    expected: `the images that the run began with, ${named(stored.dataSha256)}`,
    received: named(dataChecksum(parts)),
    remedy: `the files were damaged or changed, or are others; ${MOVED_REMEDY}`,
  });
}

/** Whether the images are known to be others: a run of an early version has no checksum. */
const isOther = (parts: Experiment, { config, dataSha256 }: StoredConfig): boolean =>
  (dataSha256 !== undefined || knownSize(config) !== undefined) && dataChecksum(parts) !== dataSha256;
