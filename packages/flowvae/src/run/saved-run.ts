// A finished run, read back: its checked config, and its model with the trained parameters.
import { key } from '@flowvae/random';
import { assignState, type CheckpointChoice, RunFolder, readCheckpoint, type StoredParameters } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { MOVED_REMEDY } from '../config/data-check.ts';
import { planOf } from '../config/plan.ts';
import type { TrainConfig } from '../config/settings.ts';
import { type RunSettings, runSettings, type StoredImages } from '../config/stored-config.ts';
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

/** A run's folder and parts. */
export interface SavedRun {
  readonly folder: RunFolder;
  readonly parts: Experiment;
  /** The checkpoint of the parameters; absent: the end of training. */
  readonly checkpoint?: ChosenCheckpoint;
  /** Notices about the choice of the checkpoint, a line each. */
  readonly notices: readonly string[];
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
 * @throws ExpectationError if the folder, its config, its parameters or the checkpoint cannot be used
 */
export function openRun(path: string, changes: Partial<TrainConfig> = {}, checkpoint?: CheckpointChoice): SavedRun {
  const folder = foldersOf(path, checkpoint);
  return openRunWith(folder, runSettings(folder.path, changes), checkpoint);
}

/** Like {@link openRun}, with settings that were read already. */
export const openCheckedRun = (path: string, settings: RunSettings, checkpoint?: CheckpointChoice): SavedRun =>
  openRunWith(foldersOf(path, checkpoint), settings, checkpoint);

const foldersOf = (path: string, checkpoint: CheckpointChoice | undefined) =>
  checkpoint ? RunFolder.claimed(path) : RunFolder.open(path);

function openRunWith(folder: RunFolder, settings: RunSettings, checkpoint: CheckpointChoice | undefined): SavedRun {
  const parts = experiment(planOf(settings), { remedy: MOVED_REMEDY, isRead: true });
  const { images, hasOtherData } = settings;
  if (!hasOtherData) refuseOtherData(parts, images);
  const others = isOther(parts, images) ? [`the images of ${parts.config.data} are not those of the run`] : [];
  if (!checkpoint) {
    const stored = folder.storedModel();
    refuseOtherSize(parts, (name) => stored.tensors[name]?.shape);
    folder.loadModel(parts.model.variables, stored);
    return { folder, parts, notices: others };
  }
  const { state, notices } = readCheckpoint(folder, checkpoint);
  refuseOtherSize(parts, (name) => state.shapes[name]);
  assignState(folder.path, parts.model.variables, state.parameters);
  return { folder, parts, checkpoint: { choice: checkpoint, step: state.step }, notices: [...others, ...notices] };
}

/**
 * A model of images of another size has the same variables, and an encoder's kernel with another number of rows.
 *
 * @throws ExpectationError if that is the only difference of a shape
 */
function refuseOtherSize(
  { config, image, model }: Experiment,
  stored: (name: string) => readonly number[] | undefined,
) {
  const pixels = image.height * image.width;
  for (const [name, { shape }] of Object.entries(model.variables)) {
    const found = stored(name);
    const [rows, ...others] = shape;
    if (!found || !name.startsWith('encoder/') || rows !== pixels || found[0] === rows) continue;
    if (others.length === 0 || others.join() !== found.slice(1).join()) continue;
    throw new ExpectationError({
      where: `data ${config.data}`,
      expected: `images of ${found[0]} pixels, as the run was trained on`,
      received: `${image.height} x ${image.width} pixels`,
    });
  }
}

/** A finished run without its data. */
interface SavedModel {
  readonly folder: RunFolder;
  readonly parts: ModelParts;
}

/** The remedy for a command without `--data`. */
const PUT_BACK = 'the run is of a version that did not write down how large its images are: put them back there';

/**
 * Opens a finished run by its settings, for work without images. A run of an early version did not record its image
 * size, so it needs its data.
 *
 * @param remedy the remedy in errors about missing images
 * @throws ExpectationError as for {@link openRun}
 */
export function openModel(path: string, settings: RunSettings, remedy = PUT_BACK): SavedModel {
  const folder = RunFolder.open(path);
  const plan = planOf(settings);
  const { config } = plan;
  const stored = folder.storedModel();
  const image = imageSizeOf(stored, config, remedy);
  const model = modelOf(plan, image, 'read');
  folder.loadModel(model.variables, stored);
  return { folder, parts: { plan, config, model, image, key: key(config.seed) } };
}

/** Metadata in `model.safetensors`: the size of the model's images. */
export const sizeMetadata = ({ height, width }: ImageSize) => ({ height: `${height}`, width: `${width}` });

const isSize = (text: string | undefined) => text !== undefined && /^[1-9]\d{0,4}$/.test(text);

function imageSizeOf({ metadata }: StoredParameters, config: TrainConfig, remedy: string): ImageSize {
  const { height, width } = metadata;
  if (isSize(height) && isSize(width)) return { height: Number(height), width: Number(width) };
  return knownSize(config) ?? readData(config, remedy).test;
}

/** A checkpoint as text for people. */
export const describeCheckpoint = ({ choice, step }: ChosenCheckpoint): string =>
  `${choice} checkpoint, of step ${step}`;

/** @throws ExpectationError if the images are not those of the run's training */
export function refuseOtherData(parts: Experiment, stored: StoredImages): void {
  if (!isOther(parts, stored)) return;
  const named = (sha256: string | undefined) => (sha256 === undefined ? 'those of MNIST' : `SHA-256 ${sha256}`);
  throw new ExpectationError({
    where: `data ${parts.config.data}`,
    expected: `the images that the run began with, ${named(stored.dataSha256)}`,
    received: named(dataChecksum(parts)),
    remedy: `the files were damaged or changed, or are others; ${MOVED_REMEDY}`,
  });
}

/** Whether the images are surely others: a run of an early version has no checksum. */
const isOther = (parts: Experiment, { data, dataSha256 }: StoredImages): boolean =>
  (dataSha256 !== undefined || knownSize({ data }) !== undefined) && dataChecksum(parts) !== dataSha256;
